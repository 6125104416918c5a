"""Residual networks of 18 to 152 layers."""

from typing import Literal

import keras
from pydantic import PositiveFloat

from models.shared.layers import scaled
from models.shared.residual import DEPTHS, residual_maps

PUBLISHED = ((224, 224, 3), 1000)


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    depth: Literal[18, 34, 50, 101, 152] = 18,
    scale: PositiveFloat = 1.0,
) -> keras.Model:
    """Builds the networks of table 1 of He et al. (2016), one by its number of layers.

    "Deep Residual Learning for Image Recognition". For 224x224x3 and 1,000 units they have
    11,689,512, 21,797,672, 25,557,032, 44,549,160 and 60,192,808 fitted parameters. Of 50 layers
    on a block is a bottleneck, whose first convolution takes the stride, as in the paper;
    shortcuts are projected where the shape changes (its option B). The same maps below other
    heads, with the pixels' preprocessing inside: the backbones `resnet18` to `resnet152`.

    Args:
        shape: Height, width and channels.
        units: The number of logits.
        depth: Layers with parameters, the projections not counted.
        scale: Filters as a multiple of the published ones.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    size = DEPTHS[depth]
    maps = residual_maps(images, size._replace(width=scaled(size.width, scale)))
    features = keras.layers.GlobalAveragePooling2D(name="pooling")(maps)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name=f"resnet{depth}")
