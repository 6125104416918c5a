"""The photos that excite a channel most, cut down to what it sees of them."""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from components.explain.network import run_in_batches


class Summits(NamedTuple):
    """Where each channel of a layer is greatest in each image.

    Attributes:
        values: How great, `[images, channels]`.
        rows: Where in its map, `[images, channels]`.
        columns: Likewise.
    """

    values: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


class Peak(NamedTuple):
    """Where a channel is greatest in an image.

    Attributes:
        image: The image's number.
        row: In the channel's map.
        column: In the channel's map.
    """

    image: int
    row: int
    column: int


def find_summits(model: keras.Model, pixels: np.ndarray) -> Summits:
    """The summits of a layer's maps.

    Args:
        model: From pixels to the maps, `Inside.until`.
        pixels: `[images, height, width, channels]` in 0 to 255.
    """
    width, channels = model.output_shape[2:]

    def keep(maps: tf.Tensor) -> tf.Tensor:
        flat = tf.reshape(maps, (tf.shape(maps)[0], -1, channels))
        places = tf.argmax(flat, axis=1, output_type=tf.int32)
        return tf.stack([tf.reduce_max(flat, axis=1), tf.cast(places, tf.float32)], axis=-1)

    values, places = np.moveaxis(run_in_batches(model, pixels, keep), -1, 0)
    rows, columns = np.divmod(places.astype(int), width)
    return Summits(values, rows, columns)


def peaks(summits: Summits, channel: int, count: int) -> list[Peak]:
    """The images in which a channel is greatest, and where, the greatest first.

    Args:
        summits: Of the channel's layer.
        channel: The channel.
        count: The most images.
    """
    order = np.argsort(-summits.values[:, channel], kind="stable")[:count]
    return [
        Peak(int(image), int(summits.rows[image, channel]), int(summits.columns[image, channel]))
        for image in order
    ]


def liveliest(summits: Summits, count: int) -> list[int]:
    """The channels whose greatest values differ most from image to image, in their order.

    Args:
        summits: Of a layer.
        count: The most channels.
    """
    spread = summits.values.std(axis=0)
    return sorted(int(channel) for channel in np.argsort(-spread, kind="stable")[:count])
