"""The maps of residual networks, which classifiers and backbones share."""

from typing import NamedTuple

import keras

from models.shared.layers import convolve, convolve_linearly, residual

EXPANSION = 4
"""How many times more maps a bottleneck gives than it has within."""


class Residual(NamedTuple):
    """The size of a residual network.

    Attributes:
        width: Filters of the first of four stages; each stage doubles them.
        blocks: Residual blocks of each stage.
        bottleneck: Whether a block is a 3x3 convolution between two of 1x1, not two of 3x3.
        pooled: Whether the first convolution is of 7x7 and its maps are pooled; else it is of
            3x3 and the first stage halves its maps, which keeps what is small.
    """

    width: int
    blocks: tuple[int, int, int, int]
    bottleneck: bool = False
    pooled: bool = True


DEPTHS = {
    18: Residual(64, (2, 2, 2, 2)),
    34: Residual(64, (3, 4, 6, 3)),
    50: Residual(64, (3, 4, 6, 3), bottleneck=True),
    101: Residual(64, (3, 4, 23, 3), bottleneck=True),
    152: Residual(64, (3, 8, 36, 3), bottleneck=True),
}
"""The columns of table 1 of He et al. (2016), by their number of layers."""


def residual_maps(images: keras.KerasTensor, size: Residual) -> keras.KerasTensor:
    """The last feature maps, 32 times smaller than the images.

    Args:
        images: `[batch, height, width, channels]`.
        size: The size of the network.
    """
    maps = convolve(images, size.width, "stem", kernel=7 if size.pooled else 3, strides=2)
    if size.pooled:
        maps = keras.layers.MaxPooling2D(3, 2, padding="same")(maps)
    add_block = bottleneck if size.bottleneck else residual
    for stage, blocks in enumerate(size.blocks):
        for block in range(blocks):
            halved = not block and (stage or not size.pooled)
            name = f"stage{stage + 1}_block{block + 1}"
            maps = add_block(maps, size.width * 2**stage, name, 2 if halved else 1)
    return maps


def bottleneck(
    maps: keras.KerasTensor, filters: int, name: str, strides: int = 1
) -> keras.KerasTensor:
    """Convolutions of 1x1, 3x3 and 1x1, added to the maps; gives four times `filters` maps."""
    change = convolve(maps, filters, f"{name}_conv1", kernel=1, strides=strides)
    change = convolve(change, filters, f"{name}_conv2")
    change = convolve_linearly(change, EXPANSION * filters, f"{name}_conv3", kernel=1)
    if maps.shape[-1] != EXPANSION * filters:
        maps = convolve_linearly(
            maps, EXPANSION * filters, f"{name}_projection", kernel=1, strides=strides
        )
    return keras.layers.ReLU()(keras.layers.Add()([maps, change]))
