"""U-Net: an encoder and decoder that labels every pixel of an image of any size."""

from typing import Annotated

import keras
from pydantic import Field

from models._layers import Dropout, Width, convolve
from models._segmentation import CropLike, PadToMultiple

Depth = Annotated[int, Field(gt=0)]


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    width: Width = 16,
    depth: Depth = 3,
    dropout: Dropout = 0.0,
) -> keras.Model:
    """Builds the network of Ronneberger et al. (2015) with padding and batch normalisation.

    "U-Net: Convolutional Networks for Biomedical Image Segmentation" has a width of 64, a depth
    of 4, no padding and dropout of 0.5 at the bottom.

    Args:
        shape: Height and width, which do not matter, and channels.
        units: The number of classes.
        width: Filters at full size; each halving of the maps doubles them.
        depth: How many times the encoder halves the maps.
        dropout: Share of the features dropped at the bottom in training.

    Returns:
        A model from `[batch, height, width, channels]` of any size to logits
        `[batch, height, width, units]`.
    """
    images = keras.Input((None, None, shape[2]))
    maps = PadToMultiple(2**depth)(images)
    skipped = []
    for level in range(depth):
        maps = convolve_twice(maps, width * 2**level, f"down{level + 1}")
        skipped.append(maps)
        maps = keras.layers.MaxPooling2D()(maps)
    maps = convolve_twice(maps, width * 2**depth, "bottom")
    maps = keras.layers.Dropout(dropout)(maps)
    for level in reversed(range(depth)):
        filters, name = width * 2**level, f"up{level + 1}"
        maps = keras.layers.Conv2DTranspose(filters, 2, 2, name=name)(maps)
        maps = keras.layers.Concatenate()([skipped[level], maps])
        maps = convolve_twice(maps, filters, name)
    scores = keras.layers.Conv2D(units, 1, dtype="float32", name="scores")(maps)
    logits = CropLike(dtype="float32", name="logits")(scores, images)
    return keras.Model(images, logits, name="unet")


def convolve_twice(maps: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Two 3x3 convolutions, each with batch normalisation and ReLU."""
    return convolve(convolve(maps, filters, f"{name}a"), filters, f"{name}b")
