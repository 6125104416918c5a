"""U-Net: an encoder and decoder that labels every pixel of an image of any size."""

from typing import Annotated

import keras
from pydantic import Field

from models._layers import Dropout, Width, convolve
from models._segmentation import CropLike, PadToMultiple

Positive = Annotated[int, Field(gt=0)]


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    width: Width = 32,
    depth: Positive = 2,
    stride: Positive = 2,
    dropout: Dropout = 0.0,
) -> keras.Model:
    """Builds the network of Ronneberger et al. (2015) with padding and batch normalisation.

    "U-Net: Convolutional Networks for Biomedical Image Segmentation" has a width of 64, a depth
    of 4, a stride of 1, no padding and dropout of 0.5 at the bottom. The defaults suit small
    images and a CPU.

    Args:
        shape: Height and width, which do not matter, and channels.
        units: The number of classes.
        width: Filters of the finest maps; each halving of the maps doubles them.
        depth: How many times the encoder halves the maps.
        stride: The stride of the finest maps: the first convolution takes steps of so many
            pixels, and a transposed convolution enlarges the scores.
        dropout: Share of the features dropped at the bottom in training.

    Returns:
        A model from `[batch, height, width, channels]` of any size to logits
        `[batch, height, width, units]`.
    """
    images = keras.Input((None, None, shape[2]))
    maps = PadToMultiple(stride * 2**depth)(images)
    skipped = []
    for level in range(depth):
        steps = stride if level == 0 else 1
        maps = convolve_twice(maps, width * 2**level, f"down{level + 1}", steps)
        skipped.append(maps)
        maps = keras.layers.MaxPooling2D()(maps)
    maps = convolve_twice(maps, width * 2**depth, "bottom")
    maps = keras.layers.Dropout(dropout)(maps)
    for level in reversed(range(depth)):
        filters, name = width * 2**level, f"up{level + 1}"
        maps = keras.layers.Conv2DTranspose(filters, 2, 2, name=name)(maps)
        maps = keras.layers.Concatenate()([skipped[level], maps])
        maps = convolve_twice(maps, filters, name)
    enlarge = keras.layers.Conv2DTranspose(units, stride, stride, dtype="float32", name="scores")
    logits = CropLike(dtype="float32", name="logits")(enlarge(maps), images)
    return keras.Model(images, logits, name="unet")


def convolve_twice(
    maps: keras.KerasTensor, filters: int, name: str, steps: int = 1
) -> keras.KerasTensor:
    """Two convolutions of 3x3 steps, each with batch normalisation and ReLU."""
    first = convolve(maps, filters, f"{name}a", kernel=3 * steps, strides=steps)
    return convolve(first, filters, f"{name}b")
