"""One hidden layer over the pixels: the baseline for keypoints."""

import keras
from pydantic import PositiveInt

PUBLISHED = ((96, 96, 1), 30)


def build(shape: tuple[int, int, int], units: int, *, hidden: PositiveInt = 100) -> keras.Model:
    """Builds a perceptron with 924,730 parameters for 96x96x1 and 30 units.

    It is the first network of Nouri (2014), "Using convolutional neural nets to detect
    facial keypoints".

    Args:
        shape: Height, width and channels.
        units: The number of coordinates.
        hidden: Units of the hidden layer.

    Returns:
        A model from `[batch, *shape]` to coordinates `[batch, units]`.
    """
    images = keras.Input(shape)
    features = keras.layers.Flatten()(images)
    features = keras.layers.Dense(hidden, activation="relu", name="hidden")(features)
    coordinates = keras.layers.Dense(units, dtype="float32", name="coordinates")(features)
    return keras.Model(images, coordinates, name="keypoint_mlp")
