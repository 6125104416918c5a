"""A loss and a metric of classes of pixels, some of which are void.

Targets are class indices `[batch, height, width]`, 255 for void pixels, which count for
nothing; predictions are logits `[batch, height, width, classes]`.
"""

from typing import Any

import keras
from keras import ops

from components.ingest.masks import VOID


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
        """The loss of each pixel, `[batch, height, width]`; that of void ones means nothing."""
        classes = ops.where(ops.equal(y_true, VOID), 0, y_true)  # quicker than `ignore_class`
        entropy = keras.losses.sparse_categorical_crossentropy(classes, y_pred, from_logits=True)
        if not self.dice:
            return entropy
        # the weighted mean of a number that is the same in all pixels is that number
        return (1 - self.dice) * entropy + self.dice * soft_dice(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        """What the constructor takes."""
        return {"dice": self.dice, "name": self.name}


def soft_dice(target: Any, logits: Any) -> Any:
    """The soft Dice loss of a batch, a scalar in [0, 1].

    1 - 2 sum(t p) / (sum(t) + sum(p)) over all pixels of the batch that are not void, t being
    1 in pixels of a class and 0 elsewhere, p the class's probability; the mean over the
    classes that the targets have. After Milletari et al., 2016, "V-Net", without squares.
    """
    classes = logits.shape[-1]
    labelled = ops.cast(ops.not_equal(ops.reshape(target, (1, -1)), VOID), logits.dtype)
    truth = ops.one_hot(ops.reshape(target, (-1,)), classes, dtype=logits.dtype)  # void: zeros
    probabilities = ops.softmax(ops.reshape(logits, (-1, classes)))
    # sums over pixels as products of matrices, which are quicker
    common = ops.diagonal(ops.matmul(ops.transpose(truth), probabilities))
    sizes = ops.matmul(labelled, truth)[0]
    losses = 1 - 2 * common / (sizes + ops.matmul(labelled, probabilities)[0] + 1e-7)
    present = ops.cast(sizes > 0, losses.dtype)
    return ops.sum(losses * present) / ops.maximum(ops.sum(present), 1.0)


@keras.saving.register_keras_serializable(package="convoy")
class MeanIoU(keras.metrics.Metric):
    """Keras's mean IoU, whose number of classes is that of the logits it first sees.

    The mean over the classes that appear in targets or predictions, from one confusion
    matrix of all batches; `sample_weight` has no effect.
    """

    def __init__(self, name: str = "mean_iou", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self._direction = "up"
        self._counts: keras.metrics.MeanIoU | None = None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes in a batch."""
        if self._counts is None:
            self._counts = keras.metrics.MeanIoU(
                y_pred.shape[-1],
                ignore_class=VOID,
                sparse_y_pred=False,
                dtype="float32",  # Keras's default, int32, overflows at 2^31 pixels
            )
        self._counts.update_state(y_true, y_pred)

    def result(self) -> Any:
        """The mean IoU of all batches, in [0, 1]; 0 before the first."""
        return self._counts.result() if self._counts else 0.0
