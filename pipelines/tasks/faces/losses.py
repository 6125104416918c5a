"""Losses and a metric of the pairs of photos in a batch.

Targets are `[batch, 2]`, of which the second number tells people apart; predictions are places of
faces before they are brought to the unit sphere, float `[batch, size]`.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

APART = 1.0
"""The distance from which on two people are far enough apart, where none is chosen."""
SMALL = 1e-9
NEVER = -1e9


def compare(target: Any, prediction: Any) -> tuple[Any, Any, Any]:
    """Compares every photo of a batch with every other one.

    Returns:
        Squared distances on the unit sphere, 0 to 4, and 1.0 for pairs of photos of one person and
        of two; `[batch, batch]` each. A photo and itself are no pair.
    """
    places = ops.normalize(ops.cast(prediction, "float32"), axis=-1)
    squares = ops.maximum(2.0 - 2.0 * ops.matmul(places, ops.transpose(places)), 0.0)
    person = target[:, 1]
    same = ops.cast(ops.equal(person[:, None], person[None, :]), "float32")
    itself = ops.eye(ops.shape(person)[0])
    return squares, same - itself, 1.0 - same


@keras.saving.register_keras_serializable(package="convoy")
class ContrastiveLoss(keras.losses.Loss):
    """The loss of siamese networks, over all pairs of a batch.

    Hadsell, Chopra and LeCun (2006), "Dimensionality Reduction by Learning an Invariant Mapping":
    the squared distance of photos of one person, and the square of what is missing to the margin of
    those of two. The means over both kinds of pairs count alike. The batch yields one number, so
    weights of single examples have no effect.
    """

    def __init__(self, margin: float = APART, name: str = "contrastive", **kwargs: Any) -> None:
        """Takes the distance from which on two people are far enough apart, up to 2."""
        super().__init__(name=name, **kwargs)
        self.margin = margin

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of a batch, a scalar."""
        squares, same, different = compare(y_true, y_pred)
        distances = ops.sqrt(squares + SMALL)  # its root has no slope at 0
        missing = ops.square(ops.maximum(self.margin - distances, 0.0))
        return (_mean(squares, same) + _mean(missing, different)) / 2

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "margin": self.margin}


@keras.saving.register_keras_serializable(package="convoy")
class SupervisedContrastiveLoss(keras.losses.Loss):
    """A softmax over the other photos of a batch, in which those of the same person shall be found.

    Khosla et al. (2020), "Supervised Contrastive Learning", equation 2: the mean over a photo's
    partners, then over the photos that have any. The batch yields one number, so weights of single
    examples have no effect.
    """

    def __init__(self, scale: float, name: str = "supcon", **kwargs: Any) -> None:
        """Takes what cosines are multiplied by: one over the temperature."""
        super().__init__(name=name, **kwargs)
        self.scale = scale

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of a batch, a scalar."""
        squares, same, different = compare(y_true, y_pred)
        logits = self.scale * (1.0 - squares / 2.0)
        others = ops.where(same + different > 0, logits, NEVER)
        surprise = ops.logsumexp(others, axis=-1, keepdims=True) - logits
        partners = ops.sum(same, axis=-1)
        each = ops.sum(surprise * same, axis=-1) / ops.maximum(partners, 1.0)
        return _mean(each, ops.cast(partners > 0, "float32"))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable(package="convoy")
class PairsInWrongOrder(keras.losses.Loss):
    """How often two photos of one person are farther apart than two of two people are: 1 - ROC AUC.

    Over all pairs of a batch; 0.5 for chance, 0 where there are not both kinds. It has no slope, so
    nothing learns by it: it tells how good places are where people have no prototype, which the
    cross-entropy of a scaled softmax does not. That grows with its certainty.
    """

    def __init__(self, name: str = "pairs_in_wrong_order", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The share for a batch, a scalar."""
        squares, same, different = compare(y_true, y_pred)
        far = ops.where(same + different > 0, squares, np.inf)
        rank = ops.argsort(ops.argsort(ops.reshape(far, (-1,))))
        ranks = ops.sum(ops.cast(rank, "float32") * ops.reshape(same, (-1,)))
        count = ops.sum(same)
        nearer = ranks - count * (count - 1.0) / 2.0  # of two people, summed over those of one
        return nearer / ops.maximum(count * ops.sum(different), 1.0)


@keras.saving.register_keras_serializable(package="convoy")
class NearestIsSame(keras.metrics.Mean):
    """How often the nearest other photo of a batch is of the same person, where there is one."""

    def __init__(self, name: str = "nearest_is_same", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes in a batch; photos count alike, whatever `sample_weight` says."""
        squares, same, _ = compare(y_true, y_pred)
        others = squares + np.float32(8) * ops.eye(ops.shape(squares)[0])
        nearest = ops.argmin(others, axis=-1)
        found = ops.take_along_axis(same, nearest[:, None], axis=-1)[:, 0]
        super().update_state(found, ops.cast(ops.any(same > 0, axis=-1), "float32"))


def _mean(values: Any, weights: Any) -> Any:
    return ops.sum(values * weights) / ops.maximum(ops.sum(weights), 1.0)
