"""The geometry of boxes in TensorFlow, for losses; `components.core.boxes` says what a box is."""

from __future__ import annotations

import math

import tensorflow as tf

EPSILON = 1e-7


def area(boxes: tf.Tensor) -> tf.Tensor:
    """Width times height, 0 where an edge is beyond its opposite, `[...]` of `[..., 4]`."""
    sizes = tf.maximum(boxes[..., 2:] - boxes[..., :2], 0.0)
    return sizes[..., 0] * sizes[..., 1]


def intersection(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """The area that boxes share, in pairs, `[...]` of twice `[..., 4]`; shapes broadcast."""
    # edge by edge: tensors of all pairs with four numbers each would cost most of a loss
    left, top, right, bottom = tf.unstack(first, axis=-1)
    other_left, other_top, other_right, other_bottom = tf.unstack(second, axis=-1)
    width = tf.minimum(right, other_right) - tf.maximum(left, other_left)
    height = tf.minimum(bottom, other_bottom) - tf.maximum(top, other_top)
    return tf.maximum(width, 0.0) * tf.maximum(height, 0.0)


def iou(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Intersection over union of boxes in pairs, `[...]` of twice `[..., 4]`; shapes broadcast."""
    common = intersection(first, second)
    return common / (area(first) + area(second) - common + EPSILON)


def complete_iou(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """IoU less what centres lie apart and what proportions differ, in pairs, `[...]`.

    Zheng et al., 2020, "Distance-IoU Loss: Faster and Better Learning for Bounding Box
    Regression": CIoU, whose weight of the proportions is not differentiated.

    Args:
        first: Float `[..., 4]`.
        second: Float `[..., 4]`; shapes broadcast.
    """
    overlap = iou(first, second)
    hull = tf.maximum(first[..., 2:], second[..., 2:]) - tf.minimum(first[..., :2], second[..., :2])
    diagonal = tf.reduce_sum(hull**2, axis=-1) + EPSILON
    apart = (first[..., :2] + first[..., 2:] - second[..., :2] - second[..., 2:]) / 2
    distance = tf.reduce_sum(apart**2, axis=-1) / diagonal
    differ = 4 / math.pi**2 * (_angle(first) - _angle(second)) ** 2
    weight = tf.stop_gradient(differ / (1 - overlap + differ + EPSILON))
    return overlap - distance - weight * differ


def _angle(boxes: tf.Tensor) -> tf.Tensor:
    sizes = boxes[..., 2:] - boxes[..., :2]
    return tf.atan(sizes[..., 0] / (sizes[..., 1] + EPSILON))
