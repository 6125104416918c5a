"""A small residual network for keypoints."""

import keras
from pydantic import PositiveInt

from models.shared.layers import Dropout, convolve, residual

STAGES = 4
PUBLISHED = ((96, 96, 1), 30)


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    width: PositiveInt = 16,
    blocks: PositiveInt = 2,
    dropout: Dropout = 0.2,
) -> keras.Model:
    """Builds a residual network of 4 stages over maps of half the image's size.

    After He et al. (2016), "Deep Residual Learning for Image Recognition". The last maps
    are flattened rather than averaged, for a keypoint's place is what is asked for.

    Args:
        shape: Height, width and channels.
        units: The number of coordinates.
        width: Filters of the first stage; each stage doubles them and halves the maps.
        blocks: Residual blocks of two convolutions in each stage.
        dropout: Share of the features dropped before the last layer in training.

    Returns:
        A model from `[batch, *shape]` to coordinates `[batch, units]`.
    """
    images = keras.Input(shape)
    maps = convolve(images, width, "stem", kernel=5, strides=2)
    for stage in range(STAGES):
        for block in range(blocks):
            strides = 2 if stage and not block else 1
            maps = residual(maps, width * 2**stage, f"stage{stage + 1}_block{block + 1}", strides)
    features = keras.layers.Dropout(dropout)(keras.layers.Flatten()(maps))
    coordinates = keras.layers.Dense(units, dtype="float32", name="coordinates")(features)
    return keras.Model(images, coordinates, name="keypoint_resnet")
