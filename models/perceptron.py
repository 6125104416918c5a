"""One hidden layer over the pixels: what a convolution has to be better than."""

import keras
from pydantic import PositiveInt

from models.shared.layers import Dropout

PUBLISHED = ((28, 28, 1), 10)


def build(
    shape: tuple[int, int, int], units: int, *, hidden: PositiveInt = 100, dropout: Dropout = 0.0
) -> keras.Model:
    """Builds a perceptron whose first layer has 78,500 parameters for 28x28x1.

    Args:
        shape: Height, width and channels.
        units: The number of logits.
        hidden: Units of the hidden layer.
        dropout: Share of the hidden units dropped in training.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    features = keras.layers.Flatten()(images)
    features = keras.layers.Dense(hidden, activation="relu", name="hidden")(features)
    features = keras.layers.Dropout(dropout)(features)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="perceptron")
