"""A loss and a metric of classes of pixels, some of which are void.

Targets are class indices `[batch, height, width]`, 255 for void pixels, which count for
nothing; predictions are logits `[batch, height, width, classes]`.
"""

from typing import Any

import keras
from keras import ops

from components.core.masks import VOID


@keras.saving.register_keras_serializable(package="convoy")
class SegmentationLoss(keras.losses.Loss):
    """Cross-entropy of the pixels, mixed with the soft Dice loss of the classes.

    The cross-entropy of a batch is its mean over the pixels that are not void, weighted by
    `sample_weight` `[batch, height, width]` where that is given: the sum of the weighted
    terms by the sum of the weights, so that scaling all weights changes nothing. The Dice
    loss is that of the batch and takes no weights. Without a pixel that counts both are 0.
    """

    def __init__(self, dice: float = 0.0, name: str = "segmentation_loss") -> None:
        """Takes the share of the Dice loss, in [0, 1]."""
        super().__init__(name=name, reduction="mean_with_sample_weight")
        self.dice = dice

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of a batch, a scalar."""
        weights = ops.cast(ops.not_equal(y_true, VOID), self.dtype)
        if sample_weight is not None:
            weights *= ops.cast(sample_weight, self.dtype)
        return super().__call__(y_true, y_pred, weights)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each pixel, `[batch, height, width]`; cross-entropy is 0 in void ones."""
        classes = y_pred.shape[-1]
        # classes first: in rows of a few numbers sums and softmax are slow
        truth = ops.one_hot(ops.reshape(y_true, (-1,)), classes, axis=0, dtype=y_pred.dtype)
        logits = ops.transpose(ops.reshape(y_pred, (-1, classes)))
        log_probabilities = logits - ops.logsumexp(logits, axis=0)
        entropy = ops.reshape(-ops.sum(truth * log_probabilities, axis=0), ops.shape(y_true))
        if not self.dice:
            return entropy
        # the weighted mean of a number that is the same in all pixels is that number
        return (1 - self.dice) * entropy + self.dice * soft_dice(truth, ops.exp(log_probabilities))

    def get_config(self) -> dict[str, Any]:
        """What the constructor takes."""
        return {"dice": self.dice, "name": self.name}


def soft_dice(truth: Any, probabilities: Any) -> Any:
    """The soft Dice loss of a batch, a scalar in [0, 1].

    1 - 2 sum(t p) / (sum(t) + sum(p)) over all pixels of the batch that are not void, t being
    1 in pixels of a class and 0 elsewhere, p the class's probability; the mean over the
    classes that the targets have. After Milletari et al., 2016, "V-Net", without squares.

    Args:
        truth: t, `[classes, pixels]`; 0 for all classes where void.
        probabilities: p, `[classes, pixels]`.
    """
    sizes = ops.sum(truth, axis=1)
    predicted = ops.sum(probabilities * ops.sum(truth, axis=0), axis=1)
    losses = 1 - 2 * ops.sum(truth * probabilities, axis=1) / (sizes + predicted + 1e-7)
    present = ops.cast(sizes > 0, losses.dtype)
    return ops.sum(losses * present) / ops.maximum(ops.sum(present), 1.0)


@keras.saving.register_keras_serializable(package="convoy")
class MeanIoU(keras.metrics.Metric):
    """The mean over the classes that appear in targets or predictions, from all batches.

    The number of classes is that of the logits it first sees; `sample_weight` has no effect.
    Keras's own metric of this name takes as long as all of the loss.
    """

    def __init__(self, name: str = "mean_iou", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self._direction = "up"
        self._confusion: keras.Variable | None = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes in a batch."""
        classes = y_pred.shape[-1]
        if self._confusion is None:
            self._confusion = self.add_variable((classes, classes), "zeros", name="confusion")
        truth = ops.one_hot(ops.reshape(y_true, (-1,)), classes, axis=0)  # zeros where void
        predicted = ops.argmax(ops.reshape(y_pred, (-1, classes)), axis=-1)
        self._confusion.assign_add(ops.matmul(truth, ops.one_hot(predicted, classes)))

    def result(self) -> Any:
        """The mean IoU of all batches, in [0, 1]; 0 before the first."""
        if self._confusion is None:
            return 0.0
        common = ops.diagonal(self._confusion)
        union = ops.sum(self._confusion, axis=0) + ops.sum(self._confusion, axis=1) - common
        present = ops.cast(union > 0, union.dtype)
        return ops.sum(common / ops.maximum(union, 1.0)) / ops.maximum(ops.sum(present), 1.0)
