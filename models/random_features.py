"""A classifier on random convolutional features: how much the architecture alone gives."""

import keras

PUBLISHED = ((28, 28, 1), 10)


def build(shape: tuple[int, int, int], units: int) -> keras.Model:
    """Builds three frozen random convolutions under one trained layer.

    21,706 parameters for 28x28x1 and 10 units, of which 2,890 are trained. After Jarrett et
    al. (2009), "What is the Best Multi-Stage Architecture for Object Recognition?".

    Args:
        shape: Height, width and channels; at least 18x18 pixels.
        units: The number of logits.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    hidden = frozen_convolution("conv1")(images)
    hidden = keras.layers.MaxPooling2D()(hidden)
    hidden = frozen_convolution("conv2")(hidden)
    hidden = keras.layers.MaxPooling2D()(hidden)
    hidden = frozen_convolution("conv3")(hidden)
    hidden = keras.layers.Flatten()(hidden)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(hidden)
    return keras.Model(images, logits, name="random_features")


def frozen_convolution(name: str) -> keras.layers.Layer:
    """32 random filters of 3x3 that training leaves alone."""
    return keras.layers.Conv2D(32, 3, activation="relu", trainable=False, name=name)
