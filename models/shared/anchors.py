"""Anchors: boxes of a few sizes and shapes all over an image, from which found boxes are told.

Ren et al., 2015, "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks".
A box is x0, y0, x1, y1 in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from models.shared.cells import cell_centres

STEPS = (0.1, 0.1, 0.2, 0.2)
"""What a difference of 1 means: shares of an anchor's sides, and of their logarithms."""

LARGEST = 4.0
"""Bound of the logarithm of a box's side in its anchor's, beyond which nothing is meant."""


def anchor_boxes(
    height: int, width: int, strides: Sequence[int], scale: float, ratios: Sequence[float]
) -> np.ndarray:
    """The anchors of an image: some at each cell, in the order of `cell_centres`.

    Args:
        height: Of the image in pixels.
        width: Of the image in pixels.
        strides: Distances of the cells in pixels, fine to coarse.
        scale: The root of an anchor's area in strides.
        ratios: Height by width of the anchors of each cell.

    Returns:
        float32 `[cells * ratios, 4]`.
    """
    cells = cell_centres(height, width, strides)
    stretch = np.sqrt(np.asarray(ratios))
    shapes = np.stack([1 / stretch, stretch], axis=1) * scale / 2
    half = cells[:, np.newaxis, 2:] * shapes
    middle = np.broadcast_to(cells[:, np.newaxis, :2], half.shape)
    return np.concatenate([middle - half, middle + half], axis=-1).reshape(-1, 4).astype("float32")


def decode_boxes(differences: tf.Tensor, anchors: tf.Tensor) -> tf.Tensor:
    """Boxes that differ from anchors.

    Args:
        differences: float32 `[..., 4]`: of the centre in sides of the anchor, and of the sides'
            logarithms, in `STEPS`.
        anchors: float32 `[..., 4]`, of a shape that broadcasts.

    Returns:
        float32 `[..., 4]`.
    """
    sides = anchors[..., 2:] - anchors[..., :2]
    scaled = differences * tf.constant(STEPS)
    middle = (anchors[..., :2] + anchors[..., 2:]) / 2 + scaled[..., :2] * sides
    half = tf.exp(tf.minimum(scaled[..., 2:], LARGEST)) * sides / 2
    return tf.concat([middle - half, middle + half], axis=-1)


def encode_boxes(boxes: tf.Tensor, anchors: tf.Tensor) -> tf.Tensor:
    """The differences of boxes from anchors: the inverse of `decode_boxes`; none may be empty."""
    sides, wanted = anchors[..., 2:] - anchors[..., :2], boxes[..., 2:] - boxes[..., :2]
    middle = (boxes[..., :2] + boxes[..., 2:] - anchors[..., :2] - anchors[..., 2:]) / 2
    scaled = tf.concat([middle / sides, tf.math.log(wanted / sides)], axis=-1)
    return scaled / tf.constant(STEPS)
