"""Boxes as training has them."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

PLACES = 8

Edges = Sequence[float]


def features(
    *boxes: Edges, classes: Sequence[int] = (), ignored: Sequence[int] = ()
) -> dict[str, tf.Tensor]:
    """The unpacked features of an image; each box is of another class where nothing is said."""
    count = len(boxes)
    places = np.zeros((1, PLACES, 4), np.float32)
    places[0, :count] = np.reshape(boxes, (-1, 4))
    kinds, flags = np.full((1, PLACES), -1), np.zeros((1, PLACES))
    kinds[0, :count] = classes or range(count)
    flags[0, :count] = ignored or 0
    return {
        "boxes": tf.constant(places),
        "box_class": tf.constant(kinds, tf.int64),
        "box_ignored": tf.constant(flags, tf.int64),
    }
