"""LeNet-5 as it is usually written today: padded, average pooling, dense layers."""

import keras

PUBLISHED = ((28, 28, 1), 10)


def build(shape: tuple[int, int, int], units: int) -> keras.Model:
    """Builds a network with 61,706 parameters for 28x28x1 and 10 units.

    After LeCun et al. (1998), "Gradient-based learning applied to document recognition", which
    pads the digits to 32x32 pixels. This is the usual form: the first convolution pads by two
    pixels instead. It leaves out what the paper has besides, a weight and a bias of each pooled
    map, a third layer that sees some of the maps only, and Euclidean radial basis functions in
    the place of the last dense layer.

    Args:
        shape: Height, width and channels; at least 12x12 pixels.
        units: The number of logits.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    first = keras.layers.Conv2D(6, 5, padding="same", activation="tanh", name="conv1")
    maps = keras.layers.AveragePooling2D(2, name="pool2")(first(images))
    maps = keras.layers.Conv2D(16, 5, activation="tanh", name="conv3")(maps)
    maps = keras.layers.AveragePooling2D(2, name="pool4")(maps)
    features = keras.layers.Flatten()(maps)
    for name, width in (("dense5", 120), ("dense6", 84)):
        features = keras.layers.Dense(width, activation="tanh", name=name)(features)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="lenet5")
