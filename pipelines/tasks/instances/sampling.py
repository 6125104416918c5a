"""Which regions the heads learn from, and what they are to tell of them."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from pipelines.tasks.instances.proposing import own
from pipelines.tasks.shared.boxes.targets import Targets

OBJECT = 0.5
"""A region has an object from this IoU on."""

WITH, WITHOUT = 8, 24
"""The most regions of an image with an object, and without one."""


class Sampled(NamedTuple):
    """Regions, those with an object first.

    Attributes:
        regions: In pixels, float32 `[batch, WITH + WITHOUT, 4]`.
        counts: Which are learnt from, bool `[batch, WITH + WITHOUT]`.
        has: Which have an object, bool `[batch, WITH + WITHOUT]`.
        owner: The place of the object, int32 `[batch, WITH + WITHOUT]`.
        boxes: The object's box, float32 `[batch, WITH + WITHOUT, 4]`.
        classes: The object's class, int32 `[batch, WITH + WITHOUT]`.
    """

    regions: tf.Tensor
    counts: tf.Tensor
    has: tf.Tensor
    owner: tf.Tensor
    boxes: tf.Tensor
    classes: tf.Tensor


def sample(targets: Targets, proposed: tf.Tensor) -> Sampled:
    """Chooses of the objects' own boxes and the proposed regions.

    The objects' boxes are among them as in Faster R-CNN, so that the heads learn from the first
    step on. Of the others the surest are taken, which leaves nothing to chance.

    Args:
        targets: The objects.
        proposed: Regions in pixels, the surest first, float32 `[batch, count, 4]`.
    """
    regions = tf.concat([targets.boxes, proposed], axis=1)
    owned = own(targets, regions)
    filled = tf.reduce_any(regions > 0, axis=-1)
    has = filled & (owned.overlap >= OBJECT)
    lacks = filled & ~has & ~owned.ignored
    lacks &= tf.range(tf.shape(regions)[1]) >= tf.shape(targets.boxes)[1]
    with_object, is_with = _first(has, WITH)
    without, is_without = _first(lacks, WITHOUT)
    at = tf.concat([with_object, without], axis=1)
    owner = tf.gather(owned.owner, at, axis=1, batch_dims=1)
    return Sampled(
        regions=tf.gather(regions, at, axis=1, batch_dims=1),
        counts=tf.concat([is_with, is_without], axis=1),
        has=tf.concat([is_with, tf.zeros_like(is_without)], axis=1),
        owner=owner,
        boxes=tf.gather(targets.boxes, owner, axis=1, batch_dims=1),
        classes=tf.maximum(tf.gather(targets.classes, owner, axis=1, batch_dims=1), 0),
    )


def _first(chosen: tf.Tensor, count: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Places of the first that are chosen, then of any, `[batch, count]`; and which they are."""
    length = tf.shape(chosen)[1]
    padded = tf.pad(chosen, [[0, 0], [0, tf.maximum(count - length, 0)]])
    order = tf.argsort(tf.cast(~padded, tf.int32), axis=1, stable=True)[:, :count]
    return tf.minimum(order, length - 1), tf.gather(padded, order, axis=1, batch_dims=1)


def mask_targets(
    instances: tf.Tensor, regions: tf.Tensor, owner: tf.Tensor, side: int
) -> tf.Tensor:
    """Whether the middle of each bin of a region shows its object.

    Args:
        instances: The place of each pixel's object, from 1 on, integers `[batch, height, width]`.
        regions: In pixels, float32 `[batch, count, 4]`.
        owner: The place of each region's object, from 0 on, int32 `[batch, count]`.
        side: Bins along each side.

    Returns:
        bool `[batch, count, side, side]`.
    """
    height, width = tf.shape(instances)[1], tf.shape(instances)[2]
    steps = (tf.range(side, dtype=tf.float32) + 0.5) / side
    corner, sides = regions[..., :2], regions[..., 2:] - regions[..., :2]
    places = tf.cast(tf.floor(corner[..., tf.newaxis] + sides[..., tf.newaxis] * steps), tf.int32)
    columns = tf.clip_by_value(places[..., 0, tf.newaxis, :], 0, width - 1)
    rows = tf.clip_by_value(places[..., 1, :, tf.newaxis], 0, height - 1)
    flat = tf.reshape(instances, (-1, height * width))
    shown = tf.gather(flat, rows * width + columns, axis=1, batch_dims=1)
    return tf.cast(shown, tf.int32) == owner[..., tf.newaxis, tf.newaxis] + 1
