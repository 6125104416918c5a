"""What the learning of classes has in common, whatever the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from components.core.block import Block
from components.core.parts import Learning
from pipelines.tasks.shared.class_features import VOCABULARY
from pipelines.tasks.shared.class_names import LABEL

if TYPE_CHECKING:
    import tensorflow as tf
    import tensorflow_transform as tft


class ClassTrain(Block):
    """What learns the classes, and how much they count.

    Attributes:
        model: A module of `models`.
        class_weights: `balanced` weighs each class by the inverse of its frequency.
    """

    model: str = "transfer"
    class_weights: Literal["none", "balanced"] = "none"


class VocabularyLearning(Learning):
    """Classes that stand in the vocabulary, each with a weight in the loss."""

    train: ClassTrain

    def classes(self, transform: tft.TFTransformOutput) -> tuple[str, ...]:
        """The vocabulary."""
        return tuple(token.decode() for token in transform.vocabulary_by_name(VOCABULARY))

    def class_weights(self, examples: tf.data.Dataset) -> dict[int, float] | None:
        """`balanced` gives examples / (classes * examples of the class)."""
        if self.train.class_weights == "none":
            return None
        import numpy as np
        from sklearn.utils.class_weight import compute_class_weight

        indices = examples.map(lambda example: example[LABEL]).as_numpy_iterator()
        labels = np.fromiter(indices, np.int64)
        classes = np.unique(labels)
        weights = compute_class_weight("balanced", classes=classes, y=labels)
        return dict(zip(classes.tolist(), weights.tolist(), strict=True))
