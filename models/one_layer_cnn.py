"""The least convolutional network: one convolution, one pooling, one dense layer."""

import keras
from pydantic import PositiveInt

PUBLISHED = ((28, 28, 1), 10)


def build(
    shape: tuple[int, int, int], units: int, *, maps: PositiveInt = 3, kernel: PositiveInt = 5
) -> keras.Model:
    """Builds maps of 24x24, halved to 12x12, and a dense layer for 28x28 pixels.

    For 28x28x1, three maps and 10 units there are 3 (5 * 5 + 1) = 78 parameters in the
    convolution, and 3 * 12 * 12 * 10 + 10 = 4,330 in the dense layer. After Nielsen (2015),
    "Neural Networks and Deep Learning", chapter 6.

    Args:
        shape: Height, width and channels; at least one more pixel than the kernel has.
        units: The number of logits.
        maps: Feature maps.
        kernel: Height and width of the filters.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    hidden = keras.layers.Conv2D(maps, kernel, activation="relu", name="conv1")(images)
    hidden = keras.layers.Flatten()(keras.layers.MaxPooling2D(name="pool1")(hidden))
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(hidden)
    return keras.Model(images, logits, name="one_layer_cnn")
