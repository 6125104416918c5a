"""The head of YOLO's first version: a grid of cells, some boxes and the classes in each.

Redmon et al., 2016, "You Only Look Once: Unified, Real-Time Object Detection".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from components.core.boxes import SIDES
from pipelines.tasks.detection.heads import Head
from pipelines.tasks.shared.boxes.geometry import area, iou
from pipelines.tasks.shared.boxes.targets import Targets, unpack_targets

BOX = SIDES + 1
"""Values of a box: x, y, the roots of width and height, confidence."""

PLACE, EMPTY = 5.0, 0.5
"""How much places count, and the confidence of boxes without object: lambda_coord, lambda_noobj."""


class GridHead(Head):
    """In each cell boxes, each with a confidence, and the probability of each class.

    The confidence of a box is to be the IoU with the object; how sure the network is of a class
    is the confidence times the probability of the class.
    """

    def __init__(self, classes: int, size: Sequence[int], grid: int, boxes: int) -> None:
        """Takes the number of classes, height and width of the input, and of the grid."""
        self.classes, self.size, self.grid, self.boxes = classes, tuple(size), grid, boxes

    @property
    def units(self) -> int:
        """5 a box, and one a class."""
        return BOX * self.boxes + self.classes

    def split(self, outputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """The three kinds of values of a cell.

        They are linear, as in the paper: squared errors of what is squashed have next to no
        gradient where the network is sure that there is nothing, which most cells soon are.

        Args:
            outputs: float32 `[batch, grid, grid, units]`.

        Returns:
            Places, `[batch, cells, boxes, 4]`: x and y as shares of the cell, the roots of width
            and height as shares of the image; confidences, `[batch, cells, boxes]`; and
            probabilities of the classes, `[batch, cells, classes]`. None is bounded.
        """
        values = tf.reshape(outputs, (-1, self.grid**2, self.units))
        own = tf.reshape(values[..., : BOX * self.boxes], (-1, self.grid**2, self.boxes, BOX))
        return own[..., :SIDES], own[..., SIDES], values[..., BOX * self.boxes :]

    def to_boxes(self, places: tf.Tensor) -> tf.Tensor:
        """Boxes in pixels of the network's input, `[batch, cells, boxes, 4]`."""
        height, width = self.size
        row, column = (tf.cast(each, tf.float32) for each in self._indices())
        corner = tf.stack([column, row], axis=-1)[:, tf.newaxis]
        middle = (places[..., :2] + corner) / self.grid
        half = places[..., 2:] ** 2 / 2
        shares = tf.concat([middle - half, middle + half], axis=-1)
        return shares * tf.constant([width, height] * 2, tf.float32)

    def candidates(self, outputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """All boxes of all cells, and confidence times the probability of each class."""
        places, confidence, classes = self.split(tf.cast(outputs, tf.float32))
        count = self.grid**2 * self.boxes
        confidence, classes = (tf.clip_by_value(each, 0.0, 1.0) for each in (confidence, classes))
        scores = confidence[..., tf.newaxis] * classes[:, :, tf.newaxis]
        boxes = tf.reshape(self.to_boxes(places), (-1, count, SIDES))
        return boxes, tf.reshape(scores, (-1, count, self.classes))

    def loss(self) -> keras.losses.Loss:
        """The multi-part squared error."""
        return GridLoss(self.classes, self.size, self.grid, self.boxes)

    def owners(self, targets: Targets) -> tuple[tf.Tensor, tf.Tensor]:
        """Which object each cell is to find: the largest whose middle lies in it.

        Returns:
            The place of the object, int32 `[batch, cells]`, and whether there is one, bool.
        """
        height, width = self.size
        middle = (targets.boxes[..., :2] + targets.boxes[..., 2:]) / 2 / (width, height)
        at = tf.clip_by_value(tf.cast(middle * self.grid, tf.int32), 0, self.grid - 1)
        cell = tf.one_hot(at[..., 1] * self.grid + at[..., 0], self.grid**2)
        mine = (cell > 0) & targets.wanted[..., tf.newaxis]
        sizes = tf.where(mine, area(targets.boxes)[..., tf.newaxis], -1.0)
        return tf.argmax(sizes, axis=1, output_type=tf.int32), tf.reduce_any(mine, axis=1)

    def to_places(self, boxes: tf.Tensor) -> tf.Tensor:
        """The values of `split` that each cell's object has, `[batch, cells, 4]`."""
        height, width = self.size
        shares = boxes / tf.constant([width, height] * 2, tf.float32)
        middle = (shares[..., :2] + shares[..., 2:]) / 2 * self.grid
        row, column = (tf.cast(each, tf.float32) for each in self._indices())
        corner = tf.stack([column, row], axis=-1)
        sides = tf.maximum(shares[..., 2:] - shares[..., :2], 0.0)
        return tf.concat([middle - corner, tf.sqrt(sides)], axis=-1)

    def _indices(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Row and column of each cell, int32 `[cells]`."""
        cells = tf.range(self.grid**2)
        return cells // self.grid, cells % self.grid


@keras.saving.register_keras_serializable(package="convoy")
class GridLoss(keras.losses.Loss):
    """Squared errors of places, confidences and classes, summed over the cells.

    Of the boxes of a cell with an object, the one that overlaps it most is responsible for it.
    """

    def __init__(
        self, classes: int, size: Sequence[int], grid: int, boxes: int, **kwargs: Any
    ) -> None:
        """Takes what `GridHead` takes, and the arguments of every Keras loss."""
        super().__init__(**kwargs)
        self.head = GridHead(classes, size, grid, boxes)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {name: getattr(self.head, name) for name in ("classes", "size", "grid", "boxes")}
        return super().get_config() | own

    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        """The loss of each image, float32 `[batch]`.

        Args:
            y_true: Packed targets, `[batch, places, 6]`.
            y_pred: Outputs, `[batch, grid, grid, units]`.
        """
        targets = unpack_targets(y_true)
        places, confidence, classes = self.head.split(y_pred)
        owner, filled = self.head.owners(targets)
        objects = tf.gather(targets.boxes, owner, axis=1, batch_dims=1)
        overlap = tf.stop_gradient(iou(self.head.to_boxes(places), objects[:, :, tf.newaxis]))
        best = tf.one_hot(tf.argmax(overlap, axis=-1), self.head.boxes)
        mine = best * tf.cast(filled, tf.float32)[..., tf.newaxis]
        wanted = self.head.to_places(objects)[:, :, tf.newaxis]
        kinds = tf.gather(targets.classes, owner, axis=1, batch_dims=1)
        kinds = tf.one_hot(kinds, self.head.classes)
        squares = tf.reduce_sum((kinds - classes) ** 2, axis=-1)
        parts = (
            PLACE * tf.reduce_sum(mine[..., tf.newaxis] * (wanted - places) ** 2, axis=(1, 2, 3)),
            tf.reduce_sum(mine * (overlap - confidence) ** 2, axis=(1, 2)),
            EMPTY * tf.reduce_sum((1 - mine) * confidence**2, axis=(1, 2)),
            tf.reduce_sum(tf.where(filled, squares, 0.0), axis=-1),
        )
        return tf.add_n(parts)
