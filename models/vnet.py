"""V-Net's residual form of a U-Net: it labels every pixel of an image of any size."""

import keras
from pydantic import PositiveInt

from models.shared.pixels import CropLike, PadToMultiple

MOST = 3
"""Convolutions of a stage from the third size on; the first two have one and two."""


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    width: PositiveInt = 16,
    depth: PositiveInt = 3,
    kernel: PositiveInt = 5,
) -> keras.Model:
    """Builds the network of Milletari et al. (2016) for images in place of volumes.

    "V-Net: Fully Convolutional Neural Networks for Volumetric Medical Image Segmentation": each
    stage learns what to add to its input; strided convolutions halve the maps, transposed ones
    double them, and all have a PReLU. The paper has a depth of 4 and no batch normalisation,
    as here.

    Args:
        shape: Height and width, which do not matter, and channels.
        units: The number of classes.
        width: Filters of the finest maps; each halving of the maps doubles them.
        depth: How many times the encoder halves the maps.
        kernel: Height and width of the filters.

    Returns:
        A model from `[batch, height, width, channels]` of any size to logits
        `[batch, height, width, units]`.
    """
    images = keras.Input((None, None, shape[2]))
    maps = activate(convolution(width, 1, "entry")(PadToMultiple(2**depth)(images)))
    skipped = []
    for level in range(depth):
        maps = stage(maps, maps, level, kernel, f"down{level + 1}")
        skipped.append(maps)
        halve = keras.layers.Conv2D(width * 2 ** (level + 1), 2, 2, name=f"halve{level + 1}")
        maps = activate(halve(maps))
    maps = stage(maps, maps, depth, kernel, "bottom")
    for level in reversed(range(depth)):
        double = keras.layers.Conv2DTranspose(width * 2**level, 2, 2, name=f"double{level + 1}")
        maps = activate(double(maps))
        joined = keras.layers.Concatenate()([skipped[level], maps])
        maps = stage(joined, maps, level, kernel, f"up{level + 1}")
    scores = keras.layers.Conv2D(units, 1, dtype="float32", name="scores")(maps)
    logits = CropLike(dtype="float32", name="logits")(scores, images)
    return keras.Model(images, logits, name="vnet")


def stage(
    maps: keras.KerasTensor, shortcut: keras.KerasTensor, level: int, kernel: int, name: str
) -> keras.KerasTensor:
    """Convolutions of maps whose result is added to the shortcut, as many as the size wants."""
    filters, count = shortcut.shape[-1], min(level + 1, MOST)
    for number in range(1, count + 1):
        maps = convolution(filters, kernel, f"{name}_{number}")(maps)
        maps = activate(maps if number < count else keras.layers.Add()([maps, shortcut]))
    return maps


def convolution(filters: int, kernel: int, name: str) -> keras.layers.Conv2D:
    """A convolution that keeps the size of the maps."""
    return keras.layers.Conv2D(filters, kernel, padding="same", name=name)


def activate(maps: keras.KerasTensor) -> keras.KerasTensor:
    """A ReLU with a learnt slope for negative values, one a channel."""
    return keras.layers.PReLU(shared_axes=[1, 2])(maps)
