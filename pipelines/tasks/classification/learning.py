"""Learns one of several classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.parts import Tensors
from pipelines.tasks.shared.class_features import VOCABULARY
from pipelines.tasks.shared.class_learning import VocabularyLearning
from pipelines.tasks.shared.class_names import LABEL

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    import tensorflow_transform as tft


class ClassLearning(VocabularyLearning):
    """One logit a class."""

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """As many as there are classes."""
        return int(transform.vocabulary_size_by_name(VOCABULARY))

    def target(self, example: Tensors) -> tf.Tensor:
        """The index of the class, int64 `[batch]`."""
        return example[LABEL]

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy between class indices and logits."""
        import keras

        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def metrics(self) -> list[keras.metrics.Metric]:
        """Accuracy."""
        import keras

        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """`probabilities`, float32 `[batch, classes]`, each row summing to 1."""
        import tensorflow as tf

        return {"probabilities": tf.nn.softmax(tf.cast(outputs, tf.float32))}
