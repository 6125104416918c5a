"""Residual networks of 4 to 64 convolutions that give a face a place."""

from typing import Literal

import keras
from pydantic import PositiveFloat

from models.shared.layers import Dropout, convolve, residual, scaled

PUBLISHED = ((112, 96, 3), 512)
WIDTHS = (64, 128, 256, 512)
BLOCKS = {4: (0, 0, 0, 0), 10: (0, 1, 2, 0), 20: (1, 2, 4, 1), 36: (2, 4, 8, 2), 64: (3, 8, 16, 3)}
"""The residual blocks after each convolution of stride 2, by the number of convolutions."""


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    depth: Literal[4, 10, 20, 36, 64] = 10,
    scale: PositiveFloat = 0.25,
    dropout: Dropout = 0.0,
) -> keras.Model:
    """Builds the networks of table 2 of Liu et al. (2017), one by its number of convolutions.

    "SphereFace: Deep Hypersphere Embedding for Face Recognition". Unlike those they have batch
    normalisation, ReLU where those have PReLU, and a quarter of the filters, which 2 cores learn
    in minutes. The last maps are flattened: in faces that are cut out alike it matters where
    something is.

    Args:
        shape: Height, width and channels.
        units: The numbers of a place.
        depth: Convolutions.
        scale: Filters as a multiple of the published ones.
        dropout: Share of the features dropped before the last layer in training.

    Returns:
        A model from `[batch, *shape]` to places `[batch, units]`, not yet on the unit sphere.
    """
    images = keras.Input(shape)
    maps = images
    for stage, (width, blocks) in enumerate(zip(WIDTHS, BLOCKS[depth], strict=True), start=1):
        filters = scaled(width, scale)
        maps = convolve(maps, filters, f"stage{stage}", strides=2)
        for block in range(blocks):
            maps = residual(maps, filters, f"stage{stage}_block{block + 1}")
    features = keras.layers.Dropout(dropout)(keras.layers.Flatten()(maps))
    places = keras.layers.Dense(units, dtype="float32", name="places")(features)
    return keras.Model(images, places, name="sphere_cnn")
