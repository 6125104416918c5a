"""AlexNet, which won ImageNet's challenge in 2012, with its two towers."""

from functools import partial
from typing import Literal

import keras
from pydantic import PositiveFloat

from models.shared.layers import Dropout, scaled
from models.shared.normalization import LocalResponseNormalization

PUBLISHED = ((227, 227, 3), 1000)
SMALLEST = 67
TOWERS = 2
"""The halves of the maps, a GPU each, that most layers keep apart."""


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    across: Literal[3, 4] = 4,
    scale: PositiveFloat = 1.0,
    dropout: Dropout = 0.5,
) -> keras.Model:
    """Builds five convolutions and three dense layers over 227x227 pixels.

    After Krizhevsky et al. (2012), "ImageNet Classification with Deep Convolutional Neural
    Networks". Convolutions 2 to 5 see the maps of their own tower only, but for one that sees
    all. In the paper it is the third (`across: 3`: 884,736 and 663,552 weights in the third and
    fourth); in the table that courses print it is the fourth (442,368 and 1,327,104).

    Args:
        shape: Height, width and channels; at least 67x67 pixels.
        units: The number of logits.
        across: The convolution that sees the maps of both towers.
        scale: Filters and hidden units as a multiple of the published ones.
        dropout: Share of the features dropped before each hidden dense layer in training.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    convolve = partial(keras.layers.Conv2D, padding="same", activation="relu")

    def groups(layer: int) -> int:
        return 1 if layer == across else TOWERS

    images = keras.Input(shape)
    wide, middle, narrow = (TOWERS * scaled(filters, scale) for filters in (192, 128, 48))
    maps = keras.layers.Conv2D(narrow, 11, 4, activation="relu", name="conv1")(images)
    maps = shrink(LocalResponseNormalization(name="norm1")(maps), "pool1")
    maps = convolve(middle, 5, groups=TOWERS, name="conv2")(maps)
    maps = shrink(LocalResponseNormalization(name="norm2")(maps), "pool2")
    maps = convolve(wide, 3, groups=groups(3), name="conv3")(maps)
    maps = convolve(wide, 3, groups=groups(4), name="conv4")(maps)
    maps = convolve(middle, 3, groups=TOWERS, name="conv5")(maps)
    features = keras.layers.Flatten()(shrink(maps, "pool5"))
    for name in ("dense6", "dense7"):
        features = keras.layers.Dropout(dropout)(features)
        features = keras.layers.Dense(scaled(4096, scale), activation="relu", name=name)(features)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="alexnet")


def shrink(maps: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Pooling whose windows of three overlap by one."""
    return keras.layers.MaxPooling2D(3, 2, name=name)(maps)
