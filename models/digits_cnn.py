"""A small convolutional network for digits."""

import keras
from pydantic import NonNegativeFloat

from models.shared.digits import feature_maps, penalty
from models.shared.layers import Dropout

PUBLISHED = ((28, 28, 1), 10)


def build(
    shape: tuple[int, int, int], units: int, *, dropout: Dropout = 0.5, l2: NonNegativeFloat = 0.0
) -> keras.Model:
    """Builds Keras's "Simple MNIST convnet": 34,826 parameters for 28x28x1 and 10 units.

    Args:
        shape: Height, width and channels; at least 10x10 pixels.
        units: The number of logits.
        dropout: Share of the features dropped before the last layer while training.
        l2: Weight of the squared kernels in the loss.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    hidden = keras.layers.Flatten()(feature_maps(images, l2))
    hidden = keras.layers.Dropout(dropout)(hidden)
    logits = keras.layers.Dense(
        units, kernel_regularizer=penalty(l2), dtype="float32", name="logits"
    )
    return keras.Model(images, logits(hidden), name="digits_cnn")
