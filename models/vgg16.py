"""VGG16: thirteen convolutions of 3x3 and three dense layers."""

import keras
from pydantic import PositiveFloat

from models.shared.layers import Dropout, scaled

PUBLISHED = ((224, 224, 3), 1000)
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
"""How many convolutions of how many filters, before each pooling."""


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    scale: PositiveFloat = 1.0,
    dropout: Dropout = 0.5,
) -> keras.Model:
    """Builds a network with 138,357,544 parameters for 224x224x3 and 1,000 units.

    Configuration D of Simonyan and Zisserman (2015), "Very Deep Convolutional Networks for
    Large-Scale Image Recognition". To start from ImageNet's weights, take the model `transfer`
    over the backbone `VGG16`.

    Args:
        shape: Height, width and channels; at least 32x32 pixels.
        units: The number of logits.
        scale: Filters and hidden units as a multiple of the published ones.
        dropout: Share of the features dropped after each hidden dense layer in training.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = maps = keras.Input(shape)
    for block, (count, filters) in enumerate(BLOCKS, start=1):
        for number in range(1, count + 1):
            name, width = f"block{block}_conv{number}", scaled(filters, scale)
            layer = keras.layers.Conv2D(width, 3, padding="same", activation="relu", name=name)
            maps = layer(maps)
        maps = keras.layers.MaxPooling2D(name=f"block{block}_pool")(maps)
    features = keras.layers.Flatten()(maps)
    for name in ("dense1", "dense2"):
        features = keras.layers.Dense(scaled(4096, scale), activation="relu", name=name)(features)
        features = keras.layers.Dropout(dropout)(features)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="vgg16")
