"""Which cell is to find which object.

Feng et al., 2021, "TOOD: Task-aligned One-stage Object Detection": of the cells within a box, those
are to find it that find it best already, in place and class alike.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from pipelines.tasks.shared.boxes.geometry import iou
from pipelines.tasks.shared.boxes.targets import Targets

MOST = 10
"""Cells that are to find one object."""

SCORE_POWER, IOU_POWER = 0.5, 6.0
"""How much class and place count, as in YOLOv8; TOOD itself has 1 and 6."""

LEAST = 1e-9


class Assigned(NamedTuple):
    """What each cell is to find.

    Attributes:
        boxes: Its object's box; anything where it has none, float32 `[batch, cells, 4]`.
        scores: How sure it is to be of each class, `[batch, cells, classes]`; 0 without object.
    """

    boxes: tf.Tensor
    scores: tf.Tensor


def assign(
    targets: Targets, boxes: tf.Tensor, probabilities: tf.Tensor, cells: tf.Tensor
) -> Assigned:
    """Gives each object at most `MOST` cells, and each cell at most one object.

    Args:
        targets: The objects.
        boxes: The boxes that the cells suggest, float32 `[batch, cells, 4]`.
        probabilities: Of each class in each cell, `[batch, cells, classes]`.
        cells: Centre and stride of each cell, `[cells, 3]`.

    Returns:
        What is not differentiated. The best cell of an object is to be as sure as it overlaps.
    """
    classes = tf.shape(probabilities)[-1]
    kinds = tf.one_hot(targets.classes, classes)
    overlap = iou(targets.boxes[:, :, tf.newaxis], boxes[:, tf.newaxis])
    score = tf.einsum("boc,bnc->bon", kinds, probabilities**SCORE_POWER)
    near = _near(targets.boxes, cells) & targets.wanted[..., tf.newaxis]
    quality = tf.where(near, score * overlap**IOU_POWER + LEAST, 0.0)
    chosen = near & (quality >= _nth(quality))
    owner = tf.argmax(tf.where(chosen, overlap, -1.0), axis=1, output_type=tf.int32)
    chosen &= tf.range(tf.shape(quality)[1])[:, tf.newaxis] == owner[:, tf.newaxis]
    quality = tf.where(chosen, quality, 0.0)
    best = tf.reduce_max(tf.where(chosen, overlap, 0.0), axis=-1, keepdims=True)
    sure = best * quality / (tf.reduce_max(quality, axis=-1, keepdims=True) + LEAST)
    scores = tf.einsum("bon,boc->bnc", sure, kinds)
    owned = tf.gather(targets.boxes, owner, axis=1, batch_dims=1)
    return Assigned(tf.stop_gradient(owned), tf.stop_gradient(scores))


def _near(boxes: tf.Tensor, cells: tf.Tensor) -> tf.Tensor:
    """Whether a cell's centre lies in a box, a narrow one widened to two strides.

    A box that is narrower than a stride may have no centre in it.

    Returns:
        bool `[batch, boxes, cells]`.
    """
    x, y, stride = tf.unstack(cells, axis=-1)
    left, top, right, bottom = tf.unstack(boxes[:, :, tf.newaxis], axis=-1)

    def within(low: tf.Tensor, high: tf.Tensor, centres: tf.Tensor) -> tf.Tensor:
        return tf.abs((low + high) / 2 - centres) < tf.maximum((high - low) / 2, stride)

    return within(left, right, x) & within(top, bottom, y)


def _nth(quality: tf.Tensor) -> tf.Tensor:
    """The quality that the last of the best cells of an object has, `[batch, objects, 1]`."""
    most = tf.minimum(MOST, tf.shape(quality)[-1])
    return tf.math.top_k(quality, most).values[..., -1:]
