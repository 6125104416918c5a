"""A network that finds each keypoint in a heat map of its own."""

import keras
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

from models.shared.layers import SoftArgmax, convolve

NAME = "keypoint_heatmap"
"""The model that is nothing but this network."""


def heatmap_network(
    shape: tuple[int, int, int],
    units: int,
    *,
    width: PositiveInt = 40,
    depth: NonNegativeInt = 3,
    temperature: PositiveFloat = 1.0,
) -> keras.Model:
    """Builds an encoder and decoder over maps of a quarter of the image's size.

    One hourglass of Newell et al. (2016), "Stacked Hourglass Networks for Human Pose
    Estimation", read out by soft-argmax. As convolutions are the same everywhere, a place
    need not be learnt anew for every pixel: little data is enough.

    Args:
        shape: Height, width and channels; sides divisible by 2^(depth + 2).
        units: The number of coordinates: two a point.
        width: Channels of all maps but the first, which has half of them.
        depth: How many times the encoder halves the maps.
        temperature: Divisor of the scores; a low one makes heat maps sharp from the start.

    Returns:
        A model from `[batch, *shape]` to coordinates `[batch, units]` in (-1, 1).
    """
    images = keras.Input(shape)
    maps = convolve(images, max(width // 2, 1), "stem1", kernel=5, strides=2)
    maps = convolve(maps, width, "stem2", strides=2)
    maps = hourglass(maps, depth)
    scores = keras.layers.Conv2D(units // 2, 1, dtype="float32", name="heatmaps")(maps)
    coordinates = SoftArgmax(temperature, dtype="float32", name="coordinates")(scores)
    return keras.Model(images, coordinates, name=NAME)


def hourglass(maps: keras.KerasTensor, depth: int) -> keras.KerasTensor:
    """Halves maps `depth` times and doubles them again, adding what was there on the way down.

    Args:
        maps: `[batch, height, width, channels]`.
        depth: The number of halvings.

    Returns:
        Maps of the same shape, in which each pixel has seen its surroundings.
    """
    width = maps.shape[-1]
    if not depth:
        return convolve(convolve(maps, width, "bottom1"), width, "bottom2")
    maps = convolve(maps, width, f"down{depth}")
    inner = hourglass(keras.layers.MaxPooling2D()(maps), depth - 1)
    inner = keras.layers.UpSampling2D(interpolation="bilinear")(inner)
    return convolve(keras.layers.Add()([maps, inner]), width, f"up{depth}")
