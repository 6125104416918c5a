"""Learns the probability of the second of two classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.parts import Tensors
from pipelines.tasks.shared.class_learning import VocabularyLearning
from pipelines.tasks.shared.class_names import LABEL

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    import tensorflow_transform as tft


class BinaryLearning(VocabularyLearning):
    """One logit, of the positive class."""

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """One."""
        return 1

    def target(self, example: Tensors) -> tf.Tensor:
        """1 for the positive class and 0 for the other, float32 `[batch, 1]`."""
        import tensorflow as tf

        return tf.cast(example[LABEL], tf.float32)[..., tf.newaxis]

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy between target and logit."""
        import keras

        return keras.losses.BinaryCrossentropy(from_logits=True)

    def metrics(self) -> list[keras.metrics.Metric]:
        """Accuracy at a probability of 0.5, and the area under the ROC curve."""
        import keras

        return [
            keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0),  # of the logit
            keras.metrics.AUC(name="auc", from_logits=True),
        ]

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """`probability` of the positive class, float32 `[batch]`."""
        import tensorflow as tf

        return {"probability": tf.sigmoid(tf.cast(outputs[:, 0], tf.float32))}
