"""A deep convolutional network with batch normalisation and spatial dropout for keypoints."""

import keras
from pydantic import PositiveInt

from models.shared.layers import Dropout, convolve

STAGES = 4
PUBLISHED = ((96, 96, 1), 30)


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    width: PositiveInt = 16,
    hidden: PositiveInt = 256,
    spatial_dropout: Dropout = 0.1,
    dropout: Dropout = 0.3,
) -> keras.Model:
    """Builds four stages of two convolutions and a pooling, then two dense layers.

    Args:
        shape: Height, width and channels; at least 16x16 pixels.
        units: The number of coordinates.
        width: Filters of the first stage; each stage doubles them.
        hidden: Units of the first dense layer.
        spatial_dropout: Share of whole feature maps dropped after each stage in training
            (Tompson et al., 2015, "Efficient Object Localization Using Convolutional Networks").
        dropout: Share of the features dropped before the last layer in training.

    Returns:
        A model from `[batch, *shape]` to coordinates `[batch, units]`.
    """
    images = keras.Input(shape)
    maps = images
    for stage in range(STAGES):
        filters = width * 2**stage
        maps = convolve(maps, filters, f"conv{stage + 1}a")
        maps = convolve(maps, filters, f"conv{stage + 1}b")
        maps = keras.layers.MaxPooling2D()(maps)
        maps = keras.layers.SpatialDropout2D(spatial_dropout)(maps)
    features = keras.layers.Flatten()(maps)
    features = keras.layers.Dense(hidden, activation="relu", name="hidden")(features)
    features = keras.layers.Dropout(dropout)(features)
    coordinates = keras.layers.Dense(units, dtype="float32", name="coordinates")(features)
    return keras.Model(images, coordinates, name="keypoint_cnn")
