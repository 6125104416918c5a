"""GoogLeNet: nine inception modules, and two heads that teach the lower ones."""

from functools import partial
from typing import NamedTuple

import keras
from pydantic import PositiveFloat

from models.shared.layers import Dropout, scaled
from models.shared.normalization import LocalResponseNormalization

PUBLISHED = ((224, 224, 3), 1000)
SMALLEST = 80


class Inception(NamedTuple):
    """The filters of a module, as columns of the paper's table 1.

    Attributes:
        direct: Of the 1x1 convolution.
        reduce3: Of the 1x1 convolution before the one of 3x3.
        size3: Of the 3x3 convolution.
        reduce5: Of the 1x1 convolution before the one of 5x5.
        size5: Of the 5x5 convolution.
        pooled: Of the 1x1 convolution after the pooling.
    """

    direct: int
    reduce3: int
    size3: int
    reduce5: int
    size5: int
    pooled: int


MODULES = {
    "3a": Inception(64, 96, 128, 16, 32, 32),
    "3b": Inception(128, 128, 192, 32, 96, 64),
    "4a": Inception(192, 96, 208, 16, 48, 64),
    "4b": Inception(160, 112, 224, 24, 64, 64),
    "4c": Inception(128, 128, 256, 24, 64, 64),
    "4d": Inception(112, 144, 288, 32, 64, 64),
    "4e": Inception(256, 160, 320, 32, 128, 128),
    "5a": Inception(256, 160, 320, 32, 128, 128),
    "5b": Inception(384, 192, 384, 48, 128, 128),
}
POOLED_AFTER = ("3b", "4e")
HEADS_AFTER = ("4a", "4d")

convolve = partial(keras.layers.Conv2D, padding="same", activation="relu")


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    heads: bool = True,
    scale: PositiveFloat = 1.0,
    dropout: Dropout = 0.4,
) -> keras.Model:
    """Builds a network with 6,998,552 parameters for 224x224x3 and 1,000 units, less its heads.

    After Szegedy et al. (2014), "Going Deeper with Convolutions"; 22 layers with parameters lie
    one behind the other. The paper's table 1 adds up to 6.8 million in rounded numbers. The two
    heads have 6,379,728 parameters more; they are left out once the network is trained.

    Args:
        shape: Height, width and channels; at least 80x80 pixels.
        units: The number of logits.
        heads: Whether two auxiliary classifiers, after the modules 4a and 4d, learn along.
        scale: Filters and hidden units as a multiple of the published ones.
        dropout: Share of the features dropped before the last layer in training.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`; with heads to a list of them
        and those of the two heads.
    """
    images = keras.Input(shape)
    maps = stem(images, scale)
    taught = []
    for name, filters in MODULES.items():
        maps = inception(maps, filters, f"inception{name}", scale)
        if heads and name in HEADS_AFTER:
            taught.append(head(maps, units, f"head{name}", scale))
        if name in POOLED_AFTER:
            maps = keras.layers.MaxPooling2D(3, 2, padding="same", name=f"pool{name}")(maps)
    features = keras.layers.GlobalAveragePooling2D(name="pooling")(maps)
    features = keras.layers.Dropout(dropout)(features)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, [logits, *taught] if taught else logits, name="googlenet")


def stem(images: keras.KerasTensor, scale: float) -> keras.KerasTensor:
    """Three convolutions and two poolings: maps of an eighth of the image's size."""
    pool = partial(keras.layers.MaxPooling2D, 3, 2, padding="same")
    maps = convolve(scaled(64, scale), 7, 2, name="conv1")(images)
    maps = LocalResponseNormalization(name="norm1")(pool(name="pool1")(maps))
    maps = convolve(scaled(64, scale), 1, name="conv2_reduce")(maps)
    maps = convolve(scaled(192, scale), 3, name="conv2")(maps)
    return pool(name="pool2")(LocalResponseNormalization(name="norm2")(maps))


def inception(
    maps: keras.KerasTensor, filters: Inception, name: str, scale: float
) -> keras.KerasTensor:
    """Convolutions of 1x1, 3x3 and 5x5 and a pooling side by side."""
    sizes = Inception(*(scaled(each, scale) for each in filters))
    direct = convolve(sizes.direct, 1, name=f"{name}_1x1")(maps)
    reduced3 = convolve(sizes.reduce3, 1, name=f"{name}_3x3_reduce")(maps)
    reduced5 = convolve(sizes.reduce5, 1, name=f"{name}_5x5_reduce")(maps)
    pooled = keras.layers.MaxPooling2D(3, 1, padding="same", name=f"{name}_pool")(maps)
    branches = [
        direct,
        convolve(sizes.size3, 3, name=f"{name}_3x3")(reduced3),
        convolve(sizes.size5, 5, name=f"{name}_5x5")(reduced5),
        convolve(sizes.pooled, 1, name=f"{name}_pool_1x1")(pooled),
    ]
    return keras.layers.Concatenate(name=name)(branches)


def head(maps: keras.KerasTensor, units: int, name: str, scale: float) -> keras.KerasTensor:
    """A classifier on the maps of a module in the middle."""
    maps = keras.layers.AveragePooling2D(5, 3, name=f"{name}_pool")(maps)
    maps = convolve(scaled(128, scale), 1, name=f"{name}_conv")(maps)
    features = keras.layers.Flatten(name=f"{name}_flat")(maps)
    hidden = keras.layers.Dense(scaled(1024, scale), activation="relu", name=f"{name}_hidden")
    features = keras.layers.Dropout(0.7, name=f"{name}_dropout")(hidden(features))
    return keras.layers.Dense(units, dtype="float32", name=f"{name}_logits")(features)
