"""RoIAlign: the features of regions, each as a grid of the same size.

He et al., 2017, "Mask R-CNN", section 3: features are interpolated at places that are not rounded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

POINTS = 2
"""Points along each side of a bin, whose mean is the bin's value."""

CANONICAL = 14
"""Side in strides of the regions that are read of a level: 224 pixels at stride 16, after Lin et
al. (2017), "Feature Pyramid Networks for Object Detection"."""

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="convoy")
class RoiAlign(keras.layers.Layer):
    """Features of regions, each of that level of a pyramid which fits its size."""

    reach = "all"  # what a value depends on, as the table of layers tells
    divides = True  # a sample has many of what it gives, and of what follows

    def __init__(
        self, side: int, strides: Sequence[int], canonical: float = CANONICAL, **kwargs: Any
    ) -> None:
        """Takes the bins along each side, strides of the maps, and the arguments of every layer.

        Args:
            side: Bins along each side of a region.
            strides: Of the maps in pixels, fine to coarse, each twice the one before.
            canonical: The side in strides of a region, up to twice which a map is read.
            **kwargs: Arguments of every Keras layer.
        """
        super().__init__(**kwargs)
        self.side, self.strides, self.canonical = side, tuple(strides), canonical

    def call(self, maps: Sequence[tf.Tensor], regions: tf.Tensor) -> tf.Tensor:
        """Reads the maps.

        Args:
            maps: Of each stride, float `[batch, rows, columns, channels]`.
            regions: In pixels, float32 `[batch, count, 4]`.

        Returns:
            float `[batch * count, side, side, channels]`.
        """
        levels = self._levels(regions)
        read = [
            align(level, regions / stride, self.side, levels == at)
            for at, (level, stride) in enumerate(zip(maps, self.strides, strict=True))
        ]
        return tf.reshape(tf.add_n(read), (-1, self.side, self.side, maps[0].shape[-1]))

    def compute_output_shape(self, maps_shape: Sequence[Shape], regions_shape: Shape) -> Shape:
        """All regions of the batch, one after the other."""
        return (None, self.side, self.side, maps_shape[0][-1])

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        own = {"side": self.side, "strides": self.strides, "canonical": self.canonical}
        return super().get_config() | own

    def _levels(self, regions: tf.Tensor) -> tf.Tensor:
        """Which map each region is read of, int32 `[batch, count]`."""
        sides = tf.maximum(regions[..., 2:] - regions[..., :2], 1.0)
        usual = self.canonical * self.strides[0]
        level = tf.math.log(tf.sqrt(sides[..., 0] * sides[..., 1]) / usual) / math.log(2)
        return tf.clip_by_value(tf.cast(tf.floor(level), tf.int32), 0, len(self.strides) - 1)


def align(maps: tf.Tensor, regions: tf.Tensor, side: int, chosen: tf.Tensor) -> tf.Tensor:
    """Features of regions, each bin the mean of points that are interpolated bilinearly.

    Interpolation is linear along each axis, so that all of it is two products of matrices, which
    are quick to differentiate and give the same bits every time. Beyond the centres of the
    outermost cells the maps go on as there.

    Args:
        maps: float `[batch, rows, columns, channels]`.
        regions: In cells, of which the first reaches from 0 to 1, float32 `[batch, count, 4]`.
        side: Bins along each side.
        chosen: Which regions are read, bool `[batch, count]`.

    Returns:
        float `[batch, count, side, side, channels]`, 0 of regions that are not read.
    """
    _, rows, columns, channels = maps.shape
    count = tf.shape(regions)[1]
    across = tf.cast(_weights(regions[..., 0], regions[..., 2], columns, side), maps.dtype)
    down = _weights(regions[..., 1], regions[..., 3], rows, side)
    down = tf.cast(tf.where(chosen[..., tf.newaxis, tf.newaxis], down, 0.0), maps.dtype)
    turned = tf.reshape(tf.transpose(maps, (0, 2, 1, 3)), (-1, columns, rows * channels))
    read = tf.matmul(tf.reshape(across, (-1, count * side, columns)), turned)
    read = tf.reshape(read, (-1, count, side, rows, channels))
    return tf.transpose(tf.matmul(down[:, :, tf.newaxis], read), (0, 1, 3, 2, 4))


def _weights(first: tf.Tensor, last: tf.Tensor, cells: int, side: int) -> tf.Tensor:
    """How much each cell along an axis counts in each bin, `[batch, count, side, cells]`."""
    points = (tf.range(POINTS * side, dtype=tf.float32) + 0.5) / (POINTS * side)
    places = first[..., tf.newaxis] + (last - first)[..., tf.newaxis] * points
    places = tf.clip_by_value(places - 0.5, 0.0, float(cells - 1))
    apart = tf.abs(places[..., tf.newaxis] - tf.range(cells, dtype=tf.float32))
    each = tf.reshape(tf.maximum(1 - apart, 0.0), (*_shape(first), side, POINTS, cells))
    return tf.reduce_mean(each, axis=-2)


def _shape(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.shape(values)[0], tf.shape(values)[1]
