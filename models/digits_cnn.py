"""A small convolutional network for digits."""

from functools import partial

import keras
from pydantic import NonNegativeFloat

from models.shared.layers import Dropout


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


def feature_maps(images: keras.KerasTensor, l2: float) -> keras.KerasTensor:
    """Two convolutions, each halved by pooling.

    Args:
        images: `[batch, height, width, channels]`.
        l2: Weight of the squared kernels in the loss.

    Returns:
        64 maps, `[batch, 5, 5, 64]` for images of 28x28 pixels.
    """
    convolution = partial(
        keras.layers.Conv2D, kernel_size=3, activation="relu", kernel_regularizer=penalty(l2)
    )
    hidden = keras.layers.MaxPooling2D()(convolution(32, name="conv1")(images))
    return keras.layers.MaxPooling2D()(convolution(64, name="conv2")(hidden))


def penalty(l2: float) -> keras.Regularizer | None:
    """An L2 regularizer; none for a weight of 0."""
    return keras.regularizers.L2(l2) if l2 else None
