"""A fully convolutional network that labels every pixel of an image of any size."""

from itertools import pairwise
from typing import Literal

import keras

from models.shared.backbones import build_backbone
from models.shared.pixels import CropLike, PadToMultiple, upsample

TAKES_PIXELS = True
COARSEST = 32


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    backbone: str = "resnet18",
    stride: Literal[32, 16, 8] = 8,
    weights: str = "none",
) -> keras.Model:
    """Builds FCN-32s, FCN-16s or FCN-8s over a backbone.

    After Long, Shelhamer and Darrell (2015), "Fully Convolutional Networks for Semantic
    Segmentation": 1x1 convolutions score the classes at strides of 32, 16 and 8 pixels;
    coarse scores are doubled and added to finer ones, and the finest enlarged to the image.
    All transposed convolutions start as bilinear interpolation and are learnt.

    Args:
        shape: Height and width, which do not matter, and channels (1 or 3).
        units: The number of classes.
        backbone: A name that `build_backbone` knows, with feature maps of these strides.
        stride: The stride of the finest scores; 32 adds none to the coarsest.
        weights: Weights of the backbone: `none`, `imagenet` or a file.

    Returns:
        A model from pixels in 0..255, float `[batch, height, width, channels]` of any size, to
        logits `[batch, height, width, units]`.

    Raises:
        ConvoyError: When the backbone has no such maps, channels or weights.
    """
    strides = [each for each in (32, 16, 8) if each >= stride]
    images = keras.Input((None, None, shape[2]))
    features = build_backbone(backbone, shape[2], strides=strides, weights=weights)
    maps = features(PadToMultiple(COARSEST)(images))
    scores = score(maps[0], units, COARSEST)
    for (coarse, fine), skipped in zip(pairwise(strides), maps[1:], strict=True):
        doubled = upsample(scores, coarse // fine, name=f"upsample{fine}")
        scores = keras.layers.Add()([doubled, score(skipped, units, fine)])
    enlarged = upsample(scores, stride, dtype="float32", name="upsample")
    logits = CropLike(dtype="float32", name="logits")(enlarged, images)
    return keras.Model(images, logits, name="fcn")


def score(maps: keras.KerasTensor, units: int, stride: int) -> keras.KerasTensor:
    """Logits of each class at each position of feature maps of that stride."""
    return keras.layers.Conv2D(units, 1, name=f"score{stride}")(maps)
