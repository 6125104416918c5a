"""What the region network is to learn: which anchors have an object, and where it is."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from models.shared.anchors import encode_boxes
from models.shared.proposals import EDGES
from pipelines.tasks.shared.boxes.geometry import area, intersection, iou
from pipelines.tasks.shared.boxes.targets import Targets

SURE, UNSURE = 0.5, 0.4
"""An anchor has an object from an IoU of `SURE` on, and none below `UNSURE`; as in RetinaNet."""

WITHIN = 0.5
"""What lies with this share of its area in an object that does not count does not count either."""


class Owned(NamedTuple):
    """Which object each box has.

    Attributes:
        owner: The place of the object that it overlaps most, int32 `[batch, n]`.
        overlap: The IoU with it, 0 where there is no object, float32 `[batch, n]`.
        ignored: Whether the box lies in what does not count, bool `[batch, n]`.
    """

    owner: tf.Tensor
    overlap: tf.Tensor
    ignored: tf.Tensor


def own(targets: Targets, boxes: tf.Tensor) -> Owned:
    """Finds the object of each box, `[batch, n, 4]` or `[1, n, 4]`."""
    overlap = _overlap(targets, boxes)
    common = intersection(targets.boxes[:, :, tf.newaxis], boxes[:, tf.newaxis])
    within = common >= WITHIN * area(boxes)[:, tf.newaxis]
    ignored = tf.reduce_any(within & targets.ignored[..., tf.newaxis], axis=1)
    owner = tf.argmax(overlap, axis=1, output_type=tf.int32)
    return Owned(owner, tf.reduce_max(overlap, axis=1), ignored)


def _overlap(targets: Targets, boxes: tf.Tensor) -> tf.Tensor:
    """IoU of each object that counts with each box, `[batch, places, n]`."""
    overlap = iou(targets.boxes[:, :, tf.newaxis], boxes[:, tf.newaxis])
    return tf.where(targets.wanted[..., tf.newaxis], overlap, 0.0)


def proposal_loss(targets: Targets, outputs: tf.Tensor, anchors: tf.Tensor) -> tf.Tensor:
    """Focal loss of the logits and Huber loss of the differences, for each object found.

    Of the many anchors without object the few are learnt from that are mistaken for one: Lin et
    al. (2017), "Focal Loss for Dense Object Detection". The best anchor of an object has it, too.

    Args:
        targets: The objects.
        outputs: Of the region network, float32 `[batch, anchors, 5]`.
        anchors: In pixels, float32 `[anchors, 4]`.

    Returns:
        The mean of the batch, a scalar.
    """
    owned = own(targets, anchors[tf.newaxis])
    overlap = _overlap(targets, anchors[tf.newaxis])
    best = tf.reduce_max(overlap, axis=2, keepdims=True)
    is_best = tf.reduce_any((overlap >= best) & (best > 0), axis=1)
    has = (owned.overlap >= SURE) | is_best
    counts = has | ((owned.overlap < UNSURE) & ~owned.ignored)
    focal = keras.losses.BinaryFocalCrossentropy(
        apply_class_balancing=True, from_logits=True, reduction=None
    )
    logits = outputs[..., EDGES:]
    of_logits = focal(tf.cast(has, tf.float32)[..., tf.newaxis], logits)
    boxes = tf.gather(targets.boxes, owned.owner, axis=1, batch_dims=1)
    return (
        tf.reduce_sum(tf.where(counts, of_logits, 0.0))
        + tf.reduce_sum(huber(outputs[..., :EDGES], boxes, anchors, has))
    ) / tf.maximum(tf.reduce_sum(tf.cast(has, tf.float32)), 1.0)


def huber(
    differences: tf.Tensor, boxes: tf.Tensor, anchors: tf.Tensor, chosen: tf.Tensor
) -> tf.Tensor:
    """The sum over a box's four differences of their Huber loss, 0 where it is not chosen."""
    # an empty box would make infinite numbers, and those NaN where they do not count
    some = tf.constant([0.0, 0.0, 1.0, 1.0])
    boxes, anchors = (tf.where(chosen[..., tf.newaxis], each, some) for each in (boxes, anchors))
    error = differences - encode_boxes(boxes, anchors)
    linear = tf.abs(error) - 0.5
    each = tf.where(tf.abs(error) < 1, error**2 / 2, linear)
    return tf.where(chosen, tf.reduce_sum(each, axis=-1), 0.0)
