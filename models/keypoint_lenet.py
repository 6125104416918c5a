"""Three convolutions with pooling and two dense layers, as LeNet has them, for keypoints."""

import keras
from pydantic import PositiveInt

from models.shared.layers import Dropout

PUBLISHED = ((96, 96, 1), 30)


def build(
    shape: tuple[int, int, int], units: int, *, hidden: PositiveInt = 500, dropout: Dropout = 0.0
) -> keras.Model:
    """Builds a network with 8,051,502 parameters for 96x96x1 and 30 units.

    It is the convolutional network of Nouri (2014), "Using convolutional neural nets to
    detect facial keypoints".

    Args:
        shape: Height, width and channels; at least 16x16 pixels.
        units: The number of coordinates.
        hidden: Units of each of the two dense layers.
        dropout: Share of the features dropped before the last layer while training.

    Returns:
        A model from `[batch, *shape]` to coordinates `[batch, units]`.
    """
    images = keras.Input(shape)
    features = images
    for name, filters, kernel in (("conv1", 32, 3), ("conv2", 64, 2), ("conv3", 128, 2)):
        features = keras.layers.Conv2D(filters, kernel, activation="relu", name=name)(features)
        features = keras.layers.MaxPooling2D()(features)
    features = keras.layers.Flatten()(features)
    for name in ("hidden1", "hidden2"):
        features = keras.layers.Dense(hidden, activation="relu", name=name)(features)
    features = keras.layers.Dropout(dropout)(features)
    coordinates = keras.layers.Dense(units, dtype="float32", name="coordinates")(features)
    return keras.Model(images, coordinates, name="keypoint_lenet")
