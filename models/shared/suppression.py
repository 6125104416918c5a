"""Non-max suppression, in the served graph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from components.core.boxes import SIDES

TO_CORNERS = (1, 0, 3, 2)
"""The order of edges that TensorFlow's op takes: y before x."""


class Kept(NamedTuple):
    """The boxes that are left, the surest first; 0 in places without one.

    Attributes:
        boxes: float32 `[batch, most, 4]`.
        scores: How sure the network is of each, float32 `[batch, most]`.
        classes: The index of the class of each, int32 `[batch, most]`.
        count: How many there are, int32 `[batch]`.
    """

    boxes: tf.Tensor
    scores: tf.Tensor
    classes: tf.Tensor
    count: tf.Tensor


def suppress(
    boxes: tf.Tensor, scores: tf.Tensor, confidence: float, overlap: float, most: int
) -> Kept:
    """Keeps, of boxes of one class that overlap, the surest.

    First boxes go of which the network is less sure than `confidence`; then, class by class, those
    whose IoU with a surer one that stays is `overlap` or more.

    Args:
        boxes: As shares of the image, float32 `[batch, n, 4]`, or, where each class has a box of
            its own, `[batch, n, classes, 4]`; clipped to it.
        scores: In [0, 1], float32 `[batch, n, classes]`.
        confidence: In [0, 1].
        overlap: In (0, 1].
        most: The most boxes that stay of an image.
    """
    boxes = boxes if len(boxes.shape) > 3 else boxes[:, :, tf.newaxis]
    found = tf.image.combined_non_max_suppression(
        tf.gather(boxes, TO_CORNERS, axis=-1),
        scores,
        max_output_size_per_class=most,
        max_total_size=most,
        iou_threshold=_below(overlap),  # the op keeps boxes at the threshold
        score_threshold=_below(confidence),  # and drops those at this one
        clip_boxes=True,
    )
    kept = tf.gather(found.nmsed_boxes, TO_CORNERS, axis=-1)
    return Kept(
        tf.ensure_shape(kept, (None, most, SIDES)),
        found.nmsed_scores,
        tf.cast(found.nmsed_classes, tf.int32),
        found.valid_detections,
    )


def _below(value: float) -> float:
    return float(np.nextafter(np.float32(value), np.float32(0)))
