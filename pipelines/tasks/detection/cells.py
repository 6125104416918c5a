"""The anchor-free head: one object a cell, of cells of several strides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from components.core.boxes import SIDES
from models.shared.cells import cell_centres
from pipelines.tasks.detection.assignment import assign
from pipelines.tasks.detection.heads import Head
from pipelines.tasks.shared.boxes.geometry import complete_iou
from pipelines.tasks.shared.boxes.targets import Targets, unpack_targets

BOX_WEIGHT = 5.0
"""How much the loss of boxes counts beside that of classes."""

USUAL = 4.0
"""The side of a box in strides where nothing is learnt yet: that of customary anchor boxes."""

LARGEST = 6.0
"""Bound of the logarithm of a box's side in usual ones, beyond which nothing is meant."""


class CellHead(Head):
    """Where the box of each cell is, and a logit for each class."""

    def __init__(self, classes: int, size: Sequence[int], strides: Sequence[int]) -> None:
        """Takes the number of classes, height and width of the network's input, and strides."""
        self.classes, self.size, self.strides = classes, tuple(size), tuple(strides)
        height, width = size
        self.cells = cell_centres(height, width, strides)

    @property
    def units(self) -> int:
        """4 of the box, and one a class."""
        return SIDES + self.classes

    def decode(self, outputs: tf.Tensor) -> tf.Tensor:
        """Boxes in pixels of the network's input.

        As in YOLOX: the first two values move the cell's centre by so many strides, the others
        are the logarithms of width and height in `USUAL` strides.

        Args:
            outputs: float32 `[batch, cells, units]`.

        Returns:
            float32 `[batch, cells, 4]`.
        """
        centre, stride = self.cells[:, :2], self.cells[:, 2:]
        middle = centre + outputs[..., :2] * stride
        half = tf.exp(tf.minimum(outputs[..., 2:SIDES], LARGEST)) * USUAL * stride / 2
        return tf.concat([middle - half, middle + half], axis=-1)

    def candidates(self, outputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The box of each cell, and the probability of each class."""
        outputs = tf.cast(outputs, tf.float32)
        return self.decode(outputs), tf.sigmoid(outputs[..., SIDES:])

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy of the classes and complete IoU of the boxes."""
        return CellLoss(self.classes, self.size, self.strides)


@keras.saving.register_keras_serializable(package="convoy")
class CellLoss(keras.losses.Loss):
    """Binary cross-entropy of each class in each cell, and 1 - CIoU of boxes that have an object.

    Which cells are to find an object, and how sure they are to be, is told by `assign`. Both parts
    are divided by the sum of what they are to be sure of in the batch, as in TOOD.
    """

    def __init__(
        self, classes: int, size: Sequence[int], strides: Sequence[int], **kwargs: Any
    ) -> None:
        """Takes what `CellHead` takes, and the arguments of every Keras loss."""
        super().__init__(**kwargs)
        self.head = CellHead(classes, size, strides)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {name: getattr(self.head, name) for name in ("classes", "size", "strides")}
        return super().get_config() | own

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """The loss of each image, float32 `[batch]`.

        Args:
            y_true: Packed targets, `[batch, places, 6]`.
            y_pred: Outputs, `[batch, cells, units]`.
        """
        targets = unpack_targets(y_true)
        boxes, logits = self.head.decode(y_pred), y_pred[..., SIDES:]
        found = assign(targets, boxes, tf.sigmoid(logits), self.head.cells)
        sure = tf.reduce_sum(found.scores, axis=-1)
        overlap = complete_iou(boxes, found.boxes)
        of_boxes = tf.reduce_sum(tf.where(sure > 0, (1 - overlap) * sure, 0.0), axis=-1)
        of_cells = tf.nn.sigmoid_cross_entropy_with_logits(found.scores, logits)
        counts = tf.where(_within_ignored(targets, self.head.cells) & (sure <= 0), 0.0, 1.0)
        of_classes = tf.reduce_sum(of_cells * counts[..., tf.newaxis], axis=(1, 2))
        share = tf.maximum(tf.reduce_mean(tf.reduce_sum(sure, axis=-1)), 1.0)
        return (of_classes + BOX_WEIGHT * of_boxes) / share


def _within_ignored(targets: Targets, cells: tf.Tensor) -> tf.Tensor:
    """Whether a cell's centre lies in a box that does not count, bool `[batch, cells]`."""
    x, y = cells[:, 0], cells[:, 1]
    boxes = targets.boxes[:, :, tf.newaxis]
    inside = (boxes[..., 0] < x) & (x < boxes[..., 2]) & (boxes[..., 1] < y) & (y < boxes[..., 3])
    return tf.reduce_any(inside & targets.ignored[..., tf.newaxis], axis=1)
