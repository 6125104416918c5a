"""What of an image one value of a layer can see, and what it does see."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from components.core.layers import Field
from components.explain.network import Inside

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels; 0 is the edge of the first one."""


def box_of(field: Field, row: int, column: int, height: int, width: int) -> Box:
    """What of an image a value can see, cut off at the image's edges.

    Of a value that sees nothing but padding it is the nearest pixel.

    Args:
        field: The theoretical receptive field of the layer.
        row: Of the value in its map.
        column: Likewise.
        height: Of the image.
        width: Of the image.
    """
    edges = []
    for place, size, axis in ((row, height, 0), (column, width, 1)):
        if np.isinf(field.sizes[axis]):
            edges.append((0.0, float(size)))
            continue
        middle = field.centres[axis] + place * field.steps[axis] + 0.5
        half = field.sizes[axis] / 2
        low, high = np.clip([middle - half, middle + half], 0, size)
        edges.append((min(float(low), size - 1.0), max(float(high), 1.0)))
    (top, bottom), (left, right) = edges
    return left, top, right, bottom


def effective_field(inside: Inside, name: str, pixels: np.ndarray) -> np.ndarray:
    """How much each pixel moves the value in the middle of a layer's maps.

    Luo et al. (2016), "Understanding the Effective Receptive Field in Deep Convolutional Neural
    Networks": the size of the gradient, averaged over images and channels. It is like a bell, and
    much smaller than the theoretical field.

    Args:
        inside: The network.
        name: The layer.
        pixels: `[images, height, width, channels]` in 0 to 255.

    Returns:
        float32 `[height, width]`, at most 1; all zeros where no pixel moves it.
    """
    model = inside.until(name)
    row, column = (side // 2 for side in inside.maps[name].shape[1:3])
    with tf.GradientTape() as tape:
        images = tf.cast(pixels, tf.float32)
        tape.watch(images)
        score = tf.reduce_sum(tf.cast(model(images, training=False)[:, row, column], tf.float32))
    slopes = tape.gradient(score, images, unconnected_gradients="zero")
    strength = tf.reduce_mean(tf.abs(slopes), axis=(0, 3)).numpy()
    return strength / max(strength.max(), np.finfo(np.float32).tiny)
