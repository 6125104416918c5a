"""A detector with cells of several strides, each of which finds one object without anchor boxes."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import keras
from pydantic import Field, PositiveInt

from models.shared.backbones import build_backbone
from models.shared.cells import STRIDES
from models.shared.layers import convolve
from models.shared.pixels import PadToMultiple
from models.shared.pyramid import build_pyramid

TAKES_PIXELS = True
HEAD = "cells"
EDGES = 4
RARE = 0.01
"""How probable a class is in a cell before training, as of Lin et al. (2017), "Focal Loss"."""


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    strides: Annotated[Sequence[int], Field(min_length=1)] = STRIDES,
    width: PositiveInt = 48,
    backbone: str = "small",
    weights: str = "none",
) -> keras.Model:
    """Builds a backbone, a pyramid of its maps, and two branches: where, and which class.

    The pyramid is that of Lin et al. (2017), "Feature Pyramid Networks for Object Detection". As
    in YOLOX (Ge et al., 2021) the branches have weights of their own, and cells no anchor boxes.

    Args:
        shape: Height, width and channels (1 or 3).
        units: Values of each cell: 4 of its box and one a class.
        strides: Of the cells in pixels, each twice the one before.
        width: Filters of the pyramid and of the branches.
        backbone: A name that `build_backbone` knows, with feature maps of these strides.
        weights: Weights of the backbone: `none`, `imagenet` or a file.

    Returns:
        A model from pixels in 0..255, float `[batch, *shape]`, to `[batch, cells, units]`, in
        the order of `cell_centres`.

    Raises:
        ConvoyError: When the backbone has no such maps, channels or weights.
        ValueError: When a stride is not twice the one before.
    """
    if any(coarse != 2 * fine for fine, coarse in pairwise(strides)):
        raise ValueError(f"each of the strides must be twice the one before, not {list(strides)}")
    images = keras.Input(shape)
    features = build_backbone(backbone, shape[2], strides=strides, weights=weights)
    levels = build_pyramid(features(PadToMultiple(strides[-1])(images)), strides, width)
    pairs = zip(levels, strides, strict=True)
    outputs = [_branches(level, units, width, stride) for level, stride in pairs]
    joined = keras.layers.Concatenate(axis=1, dtype="float32", name="cells")(outputs)
    return keras.Model(images, joined, name="yolo_anchor_free")


def _branches(maps: keras.KerasTensor, units: int, width: int, stride: int) -> keras.KerasTensor:
    """The values of the cells of one stride, `[batch, cells, units]`."""
    where = convolve(maps, width, f"where{stride}")
    boxes = keras.layers.Conv2D(EDGES, 1, dtype="float32", name=f"boxes{stride}")(where)
    which = convolve(maps, width, f"which{stride}")
    rare = keras.initializers.Constant(-math.log((1 - RARE) / RARE))
    classes = keras.layers.Conv2D(
        units - EDGES, 1, bias_initializer=rare, dtype="float32", name=f"classes{stride}"
    )(which)
    joined = keras.layers.Concatenate(dtype="float32", name=f"values{stride}")([boxes, classes])
    return keras.layers.Reshape((-1, units), dtype="float32", name=f"cells{stride}")(joined)
