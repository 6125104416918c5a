"""How bright an image is, as a number: a task in one file, with labels of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.core.block import Block
from components.core.parts import (
    Evaluation,
    Evaluator,
    Features,
    Labels,
    Learning,
    Prediction,
    Row,
    Tensors,
    View,
)
from components.core.task import Task

if TYPE_CHECKING:
    import keras
    import pandas as pd
    import pyarrow as pa
    import tensorflow as tf
    import tensorflow_transform as tft
    from great_expectations.expectations import Expectation
    from PIL import Image

    from components.core.served_model import ServedModel


class ShadeChecks(Block):
    """The largest shade that a label may have."""

    largest: float = 1.0


class ShadeLabels(Labels):
    """A number in the column `label`, as text."""

    checks: ShadeChecks

    def columns(self) -> Mapping[str, pa.DataType]:
        import pyarrow as pa

        return {"label": pa.string()}

    def derive(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(shade=rows["label"].astype(float))

    def rules(self) -> Sequence[Expectation]:
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        largest = self.checks.largest
        return [
            ExpectColumnValuesToBeBetween(
                column="shade", min_value=0, max_value=largest, description="shade is a share"
            )
        ]

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[["label"]].astype(float)


class ShadeFeatures(Features):
    """The number."""

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        import tensorflow as tf

        return {"shade": tf.strings.to_number(tf.reshape(inputs["label"], (-1,)))}


class ShadeLearning(Learning):
    """One number, by its squared error."""

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        return 1

    def target(self, example: Tensors) -> tf.Tensor:
        return example["shade"][..., None]

    def loss(self) -> keras.losses.Loss:
        import keras

        return keras.losses.MeanSquaredError()

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"shade": outputs[:, 0]}


class ShadeView(View):
    """The number as a row, and nothing to draw."""

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        import pyarrow as pa

        return pa.schema({"shade": pa.float32()})

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        return [{"shade": float(prediction["shade"])}]

    def draw(
        self, picture: Image.Image, prediction: Prediction, classes: Sequence[str]
    ) -> Image.Image:
        return picture


class ShadeEvaluation(Evaluation):
    """The mean error."""

    def __init__(self) -> None:
        self.errors: list[float] = []

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        pairs = zip(rows, outputs["shade"], strict=True)
        self.errors += [abs(float(row["label"]) - float(shade)) for row, shade in pairs]

    def metrics(self) -> dict[str, float]:
        return {"mean_error": sum(self.errors) / len(self.errors), "examples": len(self.errors)}

    def report(self, folder: Path) -> None:
        (folder / "errors.csv").write_text("error\n" + "\n".join(map(str, self.errors)) + "\n")


class ShadeEvaluator(Evaluator):
    """Begins evaluations."""

    def begin(self, model: ServedModel) -> Evaluation:
        return ShadeEvaluation()


TASK = Task(
    labels=ShadeLabels,
    features=ShadeFeatures,
    learning=ShadeLearning,
    view=ShadeView,
    evaluation=ShadeEvaluator,
)
