"""The served model: encoded samples in, named arrays out.

This file is logged with every model ("models from code") and imports nothing of convoy.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import mlflow
import numpy as np
import pandas as pd
import tensorflow as tf

CLASSES_FILE = Path("assets.extra") / "classes.txt"
BATCH_SIZE = 256


class ServedModel:
    """A SavedModel whose signature `serving_default` takes encoded samples.

    Attributes:
        input: The name of its one input.
        outputs: Type and shape of its outputs, by name; None for what may differ.
        classes: Names of the classes in the order of the model's outputs; may be empty.
    """

    def __init__(self, saved_model: Any, classes: Sequence[str] = ()) -> None:
        """Takes a loaded SavedModel and the names of its classes.

        Raises:
            ValueError: When it has not exactly one input.
        """
        self.classes = tuple(classes)
        self._saved_model = saved_model  # its variables live as long as this reference
        self._serve = saved_model.signatures["serving_default"]
        inputs = list(self._serve.structured_input_signature[1])
        if len(inputs) != 1:
            raise ValueError(f"one input is needed, the model has {len(inputs)}: {inputs}")
        self.input = inputs[0]
        self.outputs = dict(self._serve.structured_outputs)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Loads a SavedModel and, if any, `assets.extra/classes.txt`, a class a line.

        Raises:
            OSError: When the folder holds no SavedModel.
            ValueError: When it has not exactly one input.
        """
        names = folder / CLASSES_FILE
        classes = names.read_text().splitlines() if names.is_file() else ()
        return cls(tf.saved_model.load(str(folder)), classes)

    def predict(self, samples: Sequence[bytes]) -> dict[str, np.ndarray]:
        """Predicts in one batch.

        Args:
            samples: Encoded samples, such as PNG or JPEG files.

        Returns:
            Arrays `[len(samples), ...]` by the name of the output.
        """
        outputs = self._serve(**{self.input: tf.constant(list(samples), tf.string)})
        return {name: output.numpy() for name, output in outputs.items()}


class TabularModel(mlflow.pyfunc.PythonModel):
    """A served model as MLflow's `pyfunc`: a table in, a table out."""

    def load_context(self, context: Any) -> None:
        """Loads the SavedModel among the artifacts of the logged model."""
        self.model = ServedModel.load(Path(context.artifacts["model"]))

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Predicts batch by batch.

        Args:
            context: Unused.
            model_input: The column of the name of the model's input holds encoded samples.
            params: Unused.

        Returns:
            A row a sample and a column an output; arrays become lists. Where the model has
            classes, `label` is the one with the highest of `probabilities`.
        """
        samples = list(model_input[self.model.input])
        starts = range(0, max(len(samples), 1), BATCH_SIZE)
        tables = [self._predict_batch(samples[start : start + BATCH_SIZE]) for start in starts]
        table = pd.concat(tables)
        table.index = model_input.index
        return table

    def _predict_batch(self, samples: Sequence[bytes]) -> pd.DataFrame:
        outputs = self.model.predict(samples)
        table = pd.DataFrame({name: output.tolist() for name, output in outputs.items()})
        probabilities = outputs.get("probabilities")
        if self.model.classes and probabilities is not None and probabilities.ndim == 2:
            table["label"] = [self.model.classes[index] for index in probabilities.argmax(axis=1)]
        return table


mlflow.models.set_model(TabularModel())
