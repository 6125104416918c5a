"""One class for each image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from components.validate.params import CheckParams
from pipelines.params import TaskParams
from pipelines.tasks.base import Task, Tensors

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pyarrow as pa
    import tensorflow as tf
    import tensorflow_transform as tft
    from great_expectations.expectations import Expectation
    from PIL import Image

    from components.evaluate.evaluation import Evaluation

VOCABULARY = "classes"


class ClassificationChecks(CheckParams):
    """What the validate stage demands of a table of labelled images.

    Attributes:
        classes: The classes, in the order of the model's outputs; null takes those of the
            training split, the most frequent first.
        balance_floor: The least count of the rarest class, as a fraction of the commonest's.
    """

    classes: tuple[str, ...] | None = Field(None, min_length=2)
    balance_floor: float = Field(0.0, ge=0, le=1)


class ClassificationParams(TaskParams):
    """The block of a classification task."""

    checks: ClassificationChecks


class Classification(Task):
    """One class for each image, in the column `label`."""

    params_type = ClassificationParams

    def label_columns(self) -> Mapping[str, pa.DataType]:
        """`label`, a string."""
        import pyarrow as pa

        return {"label": pa.string()}

    def stratum(self, labels: Mapping[str, Any]) -> str:
        """The class: every split has the same share of each."""
        return str(labels["label"])

    def expectations(self, params: TaskParams) -> Sequence[Expectation]:
        """Labels are present, known, all in training, and balanced above the floor."""
        from components.validate.labels import label_expectations

        assert isinstance(params, ClassificationParams)
        return label_expectations(params.checks.classes, params.checks.balance_floor)

    def preprocess_labels(self, inputs: Tensors, params: TaskParams) -> dict[str, tf.Tensor]:
        """The index of the class in the vocabulary, int64 `[batch]`."""
        import tensorflow as tf
        import tensorflow_transform as tft

        assert isinstance(params, ClassificationParams)
        index = tft.compute_and_apply_vocabulary(
            tf.reshape(inputs["label"], (-1,)),
            vocab_filename=VOCABULARY,
            reserved_tokens=params.checks.classes,
        )
        return {"label": index}

    def classes(self, transform: tft.TFTransformOutput, params: TaskParams) -> tuple[str, ...]:
        """The vocabulary."""
        return tuple(token.decode() for token in transform.vocabulary_by_name(VOCABULARY))

    def units(self, transform: tft.TFTransformOutput, params: TaskParams) -> int:
        """One logit a class."""
        return transform.vocabulary_size_by_name(VOCABULARY)

    def target(self, labels: Tensors) -> tf.Tensor:
        """The index of the class, int64 `[batch]`."""
        return labels["label"]

    def loss(self, params: TaskParams) -> keras.losses.Loss:
        """Cross-entropy between class indices and logits."""
        import keras

        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def monitors(self) -> list[keras.metrics.Metric]:
        """Accuracy."""
        import keras

        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def serve(self, outputs: tf.Tensor, sizes: tf.Tensor) -> dict[str, tf.Tensor]:
        """`probabilities`, float32 `[batch, classes]`, each row summing to 1."""
        import tensorflow as tf

        return {"probabilities": tf.nn.softmax(tf.cast(outputs, tf.float32))}

    def evaluation(self, classes: Sequence[str], params: TaskParams) -> Evaluation:
        """Accuracy, log loss, precision, recall and F1, from one confusion matrix."""
        from components.evaluate.classification import ClassificationEvaluation

        return ClassificationEvaluation(classes, params.evaluate.pictures)

    def describe(
        self, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> dict[str, Any]:
        """The most probable class and its probability."""
        best = int(prediction["probabilities"].argmax())
        probability = float(prediction["probabilities"][best])
        return {"label": classes[best], "probability": round(probability, 6)}

    def draw(
        self, image: Image.Image, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> Image.Image:
        """The image above its class and probability."""
        from components.core.pictures import contact_sheet

        row = self.describe(prediction, classes)
        return contact_sheet([(image, f"{row['label']}  {row['probability']:.1%}")], columns=1)


TASK = Classification()
