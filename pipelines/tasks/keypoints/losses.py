"""Losses and a metric of points in the plane, some of which may be missing.

Targets and predictions are float `[batch, 2 * points]`: x0, y0, x1, y1, ... in [-1, 1] across
the image. A point of which a target's coordinate is NaN is missing and counts for nothing.
"""

from abc import abstractmethod
from typing import Any

import keras
from keras import ops

PIXELS = 48.0
"""Pixels in a unit: the range [-1, 1] spans 96 pixels."""

ROUNDING = 0.1
"""Pixels within which the Euclidean loss is smooth: its root has no slope at 0."""


def compare(target: Any, prediction: Any) -> tuple[Any, Any]:
    """Subtracts targets from predictions.

    Returns:
        Differences `[batch, points, 2]`, 0 for missing points, and `[batch, points]`: 1.0
        for a labelled point, 0.0 for a missing one.
    """
    target = ops.reshape(target, (-1, target.shape[-1] // 2, 2))
    prediction = ops.reshape(prediction, ops.shape(target))
    missing = ops.any(ops.isnan(target), axis=-1)
    differences = ops.where(missing[..., None], 0.0, prediction - target)
    return differences, 1.0 - ops.cast(missing, differences.dtype)


class MaskedLoss(keras.losses.Loss):
    """The mean of a penalty over the labelled points of a batch; 0 where there are none.

    The batch yields one number, so weights of single examples have no effect.
    """

    @abstractmethod
    def penalties(self, differences: Any) -> Any:
        """The penalty of each point, `[batch, points]`, from differences `[batch, points, 2]`."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of a batch, a scalar."""
        differences, labelled = compare(y_true, y_pred)
        total = ops.sum(self.penalties(differences) * labelled)
        return total / ops.maximum(ops.sum(labelled), 1.0)


@keras.saving.register_keras_serializable(package="convoy")
class MaskedMeanSquaredError(MaskedLoss):
    """Mean of the squared differences of the coordinates, in [-1, 1] units."""

    def penalties(self, differences: Any) -> Any:
        """The mean of the two squares."""
        return ops.mean(ops.square(differences), axis=-1)


@keras.saving.register_keras_serializable(package="convoy")
class MaskedEuclidean(MaskedLoss):
    """Mean distance in pixels of a 96x96 image: the mean pixel error itself.

    The root of the squared distance plus `ROUNDING` squared, so that it has a slope of 0
    where a point is met.
    """

    def penalties(self, differences: Any) -> Any:
        """The smoothed distance."""
        squares = ops.sum(ops.square(differences * PIXELS), axis=-1)
        return ops.sqrt(squares + ROUNDING**2)


@keras.saving.register_keras_serializable(package="convoy")
class MeanPixelError(keras.metrics.Mean):
    """Mean Euclidean distance over all labelled points, in pixels of a 96x96 image."""

    def __init__(self, name: str = "pixel_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes in a batch; points are weighed alike, whatever `sample_weight` says."""
        differences, labelled = compare(y_true, y_pred)
        super().update_state(ops.norm(differences, axis=-1) * PIXELS, labelled)
