"""Layers that networks share."""

from typing import Annotated, Any

import keras
import numpy as np
from keras import ops
from pydantic import Field

Dropout = Annotated[float, Field(ge=0, lt=1)]

NORM_MOMENTUM = 0.9
"""Keras's 0.99 needs hundreds of steps to forget the statistics of untrained layers."""


def convolve(
    maps: keras.KerasTensor, filters: int, name: str, kernel: int = 3, strides: int = 1
) -> keras.KerasTensor:
    """A convolution, batch normalisation and ReLU.

    Args:
        maps: `[batch, height, width, channels]`.
        filters: Channels of the result.
        name: Name of the convolution.
        kernel: Height and width of the filters.
        strides: Distance of the filters' positions: the sizes are divided by it.
    """
    return keras.layers.ReLU()(convolve_linearly(maps, filters, name, kernel, strides))


def convolve_linearly(
    maps: keras.KerasTensor, filters: int, name: str, kernel: int = 3, strides: int = 1
) -> keras.KerasTensor:
    """`convolve` without the ReLU."""
    convolution = keras.layers.Conv2D(
        filters, kernel, strides, padding="same", use_bias=False, name=name
    )
    norm = keras.layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"{name}_norm")
    return norm(convolution(maps))


def residual(
    maps: keras.KerasTensor, filters: int, name: str, strides: int = 1
) -> keras.KerasTensor:
    """Two convolutions, added to the maps, which are projected where the shape changes."""
    change = convolve(maps, filters, f"{name}_conv1", strides=strides)
    change = convolve_linearly(change, filters, f"{name}_conv2")
    if strides > 1 or maps.shape[-1] != filters:
        maps = convolve_linearly(maps, filters, f"{name}_projection", kernel=1, strides=strides)
    return keras.layers.ReLU()(keras.layers.Add()([maps, change]))


def convolve_times(
    times: int, maps: keras.KerasTensor, filters: int, name: str, stride: int = 1
) -> keras.KerasTensor:
    """Convolutions of 3x3 with batch normalisation and ReLU; the first takes the stride."""
    for number in range(1, times + 1):
        step = stride if number == 1 else 1
        maps = convolve(maps, filters, f"{name}_{number}", kernel=3 * step, strides=step)
    return maps


def scaled(width: int, scale: float) -> int:
    """A multiple of a published number of filters or units, at least 1."""
    return max(1, round(width * scale))


@keras.saving.register_keras_serializable(package="convoy")
class SoftArgmax(keras.layers.Layer):
    """The mean position under a softmax over each score map: finer than its pixels.

    After Nibali et al. (2018), "Numerical Coordinate Regression with Convolutional Neural
    Networks". Positions are in [-1, 1] across the image: the centre of pixel i of n is at
    (2 i + 1) / n - 1.
    """

    reach = "all"  # what a value depends on, as the table of layers tells

    def __init__(self, temperature: float = 1.0, **kwargs: Any) -> None:
        """Takes the divisor of the scores and the arguments of every Keras layer."""
        super().__init__(**kwargs)
        self.temperature = temperature

    def call(self, scores: Any) -> Any:
        """x0, y0, x1, y1, ... `[batch, 2 * points]` of scores `[batch, rows, columns, points]`."""
        rows, columns, points = scores.shape[1:]
        flat = ops.reshape(ops.transpose(scores, (0, 3, 1, 2)), (-1, points, rows * columns))
        shares = ops.softmax(flat / self.temperature, axis=-1)
        centres = ops.cast(pixel_centres(rows, columns), shares.dtype)
        return ops.reshape(ops.matmul(shares, centres), (-1, 2 * points))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"temperature": self.temperature}


def pixel_centres(rows: int, columns: int) -> np.ndarray:
    """Places in [-1, 1] (x, y) of every pixel's centre, `[rows * columns, 2]`, row by row."""
    row, column = np.indices((rows, columns))
    pixels = np.stack([column, row], axis=-1).reshape(-1, 2)
    return (2 * pixels + 1) / (columns, rows) - 1
