"""What the networks for digits share: one is the other's convolutional twin."""

from functools import partial

import keras


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
