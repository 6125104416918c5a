"""Mask R-CNN: regions are proposed, and in each a class, a box and a mask are told side by side."""

import math
from itertools import pairwise
from typing import Annotated

import keras
from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from components.core.block import Block
from models.shared.backbones import build_backbone
from models.shared.pixels import PadToMultiple
from models.shared.proposals import EDGES, ChosenMasks, Detections, Proposals
from models.shared.pyramid import build_pyramid
from models.shared.roi_align import RoiAlign

TAKES_PIXELS = True
HEAD = "objects"
BOX_SIDE, MASK_SIDE = 7, 14
"""Bins along the sides of a region for its box and its mask."""

RARE = 0.01
"""How probable an object is in an anchor before training, as of Lin et al. (2017), "Focal Loss"."""

NEIGHBOURS = 0.7
"""The IoU from which on the less sure of two regions goes."""

SMALL = 0.01
"""Spread of the weights of last layers, as in Faster R-CNN: boxes begin as anchors are."""

Share = Annotated[float, Field(gt=0, le=1)]


class Sizes(Block):
    """How large the network is, and its anchors.

    Attributes:
        strides: Of the pyramid in pixels, each twice the one before.
        scale: The root of an anchor's area in strides; 8 in the paper.
        ratios: Height by width of the anchors of each cell.
        width: Channels of the pyramid and of the convolutions above.
        dense: Units of each of the two dense layers of the box head.
    """

    strides: tuple[PositiveInt, ...] = Field((4, 8, 16, 32), min_length=1)
    scale: PositiveFloat = 4.0
    ratios: tuple[PositiveFloat, ...] = Field((0.5, 1.0, 2.0), min_length=1)
    width: PositiveInt = 48
    dense: PositiveInt = 128

    @field_validator("strides")
    @classmethod
    def _double(cls, strides: tuple[int, ...]) -> tuple[int, ...]:
        if any(coarse != 2 * fine for fine, coarse in pairwise(strides)):
            raise ValueError(f"each must be twice the one before, not {list(strides)}")
        return strides


class Limits(Block):
    """What is looked into, and what is told.

    Attributes:
        regions: The most regions of an image that are looked into.
        objects: The most objects of an image.
        confidence: How sure the network must be of an object, at least.
        overlap: The IoU from which on the less sure of two objects of a class goes.
    """

    regions: PositiveInt = 64
    objects: PositiveInt = 32
    confidence: Share = 0.05
    overlap: Share = 0.5


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    backbone: str = "small",
    weights: str = "none",
    sizes: Sizes = Sizes(),  # noqa: B008 (frozen)
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> keras.Model:
    """Builds the network of He et al. (2017), "Mask R-CNN".

    Its parts are layers of their own, which training asks for by name: `trunk`, a backbone with a
    feature pyramid (Lin et al., 2017); `proposer`, the region proposal network of Ren et al.
    (2015), "Faster R-CNN"; `regions`; `box_head` and `mask_head`, of a region's features each.

    Args:
        shape: Height, width and channels (1 or 3).
        units: The number of classes.
        backbone: A name that `build_backbone` knows, with feature maps of these strides.
        weights: Weights of the backbone: `none`, `imagenet` or a file.
        sizes: How large the network is, and its anchors.
        limits: What is looked into, and what is told.

    Returns:
        A model from pixels in 0..255, float `[batch, *shape]`, to `[batch, objects, 6 + 28 * 28]`:
        x0, y0, x1, y1 in pixels, score, class, and for each of 28 x 28 bins of the box the
        probability that it belongs to the object. Empty boxes of score 0 follow.

    Raises:
        ConvoyError: When the backbone has no such maps, channels or weights.
    """
    images = keras.Input(shape)
    maps = _trunk(shape, backbone, weights, sizes)(images)
    proposer = _proposer(len(sizes.ratios), sizes.width)
    outputs = keras.layers.Concatenate(axis=1, name="anchors")([proposer(each) for each in maps])
    size, anchors = shape[:2], (sizes.strides, sizes.scale, sizes.ratios)
    proposed = Proposals(size, *anchors, limits.regions, NEIGHBOURS, name="regions")(outputs)
    features = _read(BOX_SIDE, sizes, "box_features")(maps, proposed)
    boxes = _box_head(units, sizes)(features)
    kept = (limits.confidence, limits.overlap, limits.objects)
    found = Detections(size, units, *kept, name="objects")(boxes, proposed)
    features = _read(MASK_SIDE, sizes, "mask_features")(maps, found[..., :EDGES])
    masks = ChosenMasks(name="masks")(_mask_head(units, sizes.width)(features), found)
    packed = keras.layers.Concatenate(axis=-1, dtype="float32", name="packed")([found, masks])
    return keras.Model(images, packed, name="mask_rcnn")


def _read(side: int, sizes: Sizes, name: str) -> RoiAlign:
    """What reads regions: in the paper anchors are of 8 strides, and regions read from 14 on."""
    return RoiAlign(side, sizes.strides, 14 / 8 * sizes.scale, name=name)


def _trunk(shape: tuple[int, int, int], backbone: str, weights: str, sizes: Sizes) -> keras.Model:
    """From pixels to maps of each stride with as many channels."""
    strides, width = sizes.strides, sizes.width
    images = keras.Input(shape)
    features = build_backbone(backbone, shape[2], strides=strides, weights=weights)
    maps = features(PadToMultiple(strides[-1])(images))
    levels = build_pyramid(maps, strides, width)
    return keras.Model(images, levels, name="trunk")


def _proposer(shapes: int, width: int) -> keras.Model:
    """From a map of any stride to four differences and a logit of each anchor."""
    maps = keras.Input((None, None, width))
    hidden = keras.layers.Conv2D(width, 3, padding="same", activation="relu", name="hidden")(maps)
    small = keras.initializers.RandomNormal(stddev=SMALL)
    rare = keras.initializers.Constant(-math.log((1 - RARE) / RARE))
    outputs = [
        keras.layers.Conv2D(shapes * EDGES, 1, kernel_initializer=small, name="differences"),
        keras.layers.Conv2D(
            shapes, 1, kernel_initializer=small, bias_initializer=rare, name="objectness"
        ),
    ]
    told = [
        keras.layers.Reshape((-1, count), dtype="float32")(layer(hidden))
        for layer, count in zip(outputs, (EDGES, 1), strict=True)
    ]
    joined = keras.layers.Concatenate(axis=-1, dtype="float32")(told)
    return keras.Model(maps, joined, name="proposer")


def _box_head(classes: int, sizes: Sizes) -> keras.Model:
    """From features of a region to the logits of background and classes, and a box a class."""
    features = keras.Input((BOX_SIDE, BOX_SIDE, sizes.width))
    hidden = keras.layers.Flatten()(features)
    for number in (1, 2):
        hidden = keras.layers.Dense(sizes.dense, "relu", name=f"dense{number}")(hidden)
    small = keras.initializers.RandomNormal(stddev=SMALL)
    told = [
        keras.layers.Dense(count, kernel_initializer=small, dtype="float32", name=name)(hidden)
        for name, count in (("classes", 1 + classes), ("boxes", EDGES * classes))
    ]
    joined = keras.layers.Concatenate(dtype="float32")(told)
    return keras.Model(features, joined, name="box_head")


def _mask_head(classes: int, width: int) -> keras.Model:
    """From features of a region to a logit of each class in each of 28 x 28 bins."""
    features = keras.Input((MASK_SIDE, MASK_SIDE, width))
    maps = features
    for number in (1, 2, 3, 4):
        layer = keras.layers.Conv2D(width, 3, padding="same", name=f"mask{number}")
        maps = keras.layers.ReLU()(layer(maps))
    doubled = keras.layers.Conv2DTranspose(width, 2, 2, activation="relu", name="double")(maps)
    logits = keras.layers.Conv2D(classes, 1, dtype="float32", name="logits")(doubled)
    return keras.Model(features, logits, name="mask_head")
