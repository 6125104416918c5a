"""U-Net++: a U-Net with dense skips, which labels every pixel of an image of any size."""

import keras
from pydantic import PositiveInt

from models.shared.layers import convolve_times
from models.shared.pixels import CropLike, PadToMultiple


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    width: PositiveInt = 16,
    depth: PositiveInt = 3,
) -> keras.Model:
    """Builds the nested network of Zhou et al. (2018), "UNet++: A Nested U-Net Architecture".

    Between an encoder's maps and the decoder's of the same size lie others, each made of all
    maps of that size before it and of those below. The paper has a width of 32 and a depth of
    4, and supervises the finest maps of every depth, which is left out.

    Args:
        shape: Height and width, which do not matter, and channels.
        units: The number of classes.
        width: Filters of the finest maps; each halving of the maps doubles them.
        depth: How many times the encoder halves the maps.

    Returns:
        A model from `[batch, height, width, channels]` of any size to logits
        `[batch, height, width, units]`.
    """
    images = keras.Input((None, None, shape[2]))
    maps = PadToMultiple(2**depth)(images)
    rows = [[convolve_times(2, maps, width, "maps0_0")]]
    for level in range(1, depth + 1):
        halved = keras.layers.MaxPooling2D()(rows[-1][0])
        rows.append([convolve_times(2, halved, width * 2**level, f"maps{level}_0")])
    for column in range(1, depth + 1):
        for level in range(depth + 1 - column):
            rows[level].append(nest(rows[level], rows[level + 1][column - 1], width * 2**level))
    scores = keras.layers.Conv2D(units, 1, dtype="float32", name="scores")(rows[0][-1])
    logits = CropLike(dtype="float32", name="logits")(scores, images)
    return keras.Model(images, logits, name="unet_plus")


def nest(
    beside: list[keras.KerasTensor], below: keras.KerasTensor, filters: int
) -> keras.KerasTensor:
    """The next maps of a size: of all those before, and of the coarser ones enlarged."""
    name = f"maps{filters}_{len(beside)}"
    enlarged = keras.layers.Conv2DTranspose(filters, 2, 2, name=f"{name}_up")(below)
    joined = keras.layers.Concatenate()([*beside, enlarged])
    return convolve_times(2, joined, filters, name)
