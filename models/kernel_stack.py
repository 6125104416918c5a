"""Small filters in a stack against one large one: the same field, fewer weights."""

from typing import Literal

import keras
from pydantic import PositiveInt

from models.shared.layers import convolve

PUBLISHED = ((28, 28, 1), 10)


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    kernel: Literal[3, 5, 7] = 3,
    layers: PositiveInt = 3,
    width: PositiveInt = 32,
) -> keras.Model:
    """Builds convolutions of one size, global average pooling and a dense layer.

    Of each pair of channels three filters of 3x3 have 27 weights and one of 7x7 has 49, two of
    3x3 have 18 and one of 5x5 has 25, and see as much of the image; a stack has more ReLUs.
    After Simonyan and Zisserman (2015), "Very Deep Convolutional Networks for Large-Scale Image
    Recognition", section 2.3.

    Args:
        shape: Height, width and channels.
        units: The number of logits.
        kernel: Height and width of the filters.
        layers: Convolutions in the stack.
        width: Filters of each of them, and of a 1x1 convolution before them.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    maps = convolve(images, width, "entry", kernel=1)
    for number in range(1, layers + 1):
        maps = convolve(maps, width, f"conv{number}", kernel=kernel)
    features = keras.layers.GlobalAveragePooling2D(name="pooling")(maps)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="kernel_stack")
