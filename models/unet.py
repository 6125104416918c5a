"""U-Net: an encoder and decoder that labels every pixel of an image of any size."""

import keras
from pydantic import NonNegativeInt, PositiveInt

from models.shared.layers import convolve_times
from models.shared.pixels import CropLike, PadToMultiple


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    width: PositiveInt = 32,
    depth: PositiveInt = 2,
    stride: PositiveInt = 2,
    up_convolutions: NonNegativeInt = 0,
) -> keras.Model:
    """Builds the network of Ronneberger et al. (2015), padded, and normalised by batches.

    "U-Net: Convolutional Networks for Biomedical Image Segmentation" has a width of 64, a depth
    of 4, a stride of 1 and two convolutions on every level; it pads nothing, and has dropout at
    the bottom in place of normalisation. The defaults suit small images and a CPU: more than half
    of the published network's operations are in the 3x3 convolutions of its decoder.

    Args:
        shape: Height and width, which do not matter, and channels.
        units: The number of classes.
        width: Filters of the finest maps; each halving of the maps doubles them.
        depth: How many times the encoder halves the maps.
        stride: The stride of the finest maps: the first convolution takes steps of so many
            pixels, and a transposed convolution enlarges the scores.
        up_convolutions: Convolutions of 3x3 on each level of the decoder; the encoder has two.
            Without any, the decoder is linear: it enlarges the maps and the skipped ones.

    Returns:
        A model from `[batch, height, width, channels]` of any size to logits
        `[batch, height, width, units]`.
    """
    images = keras.Input((None, None, shape[2]))
    maps = PadToMultiple(stride * 2**depth)(images)
    skipped = []
    for level in range(depth):
        steps = stride if level == 0 else 1
        maps = convolve_times(2, maps, width * 2**level, f"down{level + 1}", steps)
        skipped.append(maps)
        maps = keras.layers.MaxPooling2D()(maps)
    maps = convolve_times(2, maps, width * 2**depth, "bottom")
    for level in reversed(range(depth)):
        filters, name = width * 2**level, f"up{level + 1}"
        maps = keras.layers.Conv2DTranspose(filters, 2, 2, name=name)(maps)
        maps = keras.layers.Concatenate()([skipped[level], maps])
        maps = convolve_times(up_convolutions, maps, filters, name)
    enlarge = keras.layers.Conv2DTranspose(units, stride, stride, dtype="float32", name="scores")
    logits = CropLike(dtype="float32", name="logits")(enlarge(maps), images)
    return keras.Model(images, logits, name="unet")
