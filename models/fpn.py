"""A feature pyramid that labels every pixel of an image of any size."""

import keras
from pydantic import PositiveInt

from models.shared.backbones import build_backbone
from models.shared.layers import Dropout, convolve
from models.shared.pixels import CropLike, PadToMultiple, UpSamplingAnySize, upsample

TAKES_PIXELS = True
STRIDES = (32, 16, 8, 4)


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    backbone: str = "small",
    weights: str = "none",
    width: PositiveInt = 64,
    dropout: Dropout = 0.1,
) -> keras.Model:
    """Builds a backbone and a path back to fine maps, of which each is asked once.

    After Lin et al. (2017), "Feature Pyramid Networks for Object Detection": coarse maps are
    doubled and added to the backbone's finer ones, which 1x1 convolutions bring to the same
    channels. As in Orsic et al. (2019), "In Defense of Pre-trained ImageNet Architectures for
    Real-time Semantic Segmentation of Road-driving Images", a 3x3 convolution follows each sum,
    and the classes are scored on the finest alone. Finer maps than those of `fcn` tell thin
    things from what is behind them.

    Args:
        shape: Height and width, which do not matter, and channels (1 or 3).
        units: The number of classes.
        backbone: A name that `build_backbone` knows, with feature maps of these strides.
        weights: Weights of the backbone: `none`, `imagenet` or a file.
        width: Channels on the way back.
        dropout: Share of the finest maps dropped, all places of each, before the scores.

    Returns:
        A model from pixels in 0..255, float `[batch, height, width, channels]` of any size, to
        logits `[batch, height, width, units]`.

    Raises:
        ConvoyError: When the backbone has no such maps, channels or weights.
    """
    images = keras.Input((None, None, shape[2]))
    features = build_backbone(backbone, shape[2], strides=STRIDES, weights=weights)
    coarsest, *others = features(PadToMultiple(STRIDES[0])(images))
    maps = convolve(coarsest, width, f"lateral{STRIDES[0]}", kernel=1)
    for stride, finer in zip(STRIDES[1:], others, strict=True):
        lateral = convolve(finer, width, f"lateral{stride}", kernel=1)
        maps = keras.layers.Add()([UpSamplingAnySize()(maps), lateral])
        maps = convolve(maps, width, f"merge{stride}")
    maps = keras.layers.SpatialDropout2D(dropout)(maps)
    scores = keras.layers.Conv2D(units, 1, name="scores")(maps)
    enlarged = upsample(scores, STRIDES[-1], dtype="float32", name="upsample")
    logits = CropLike(dtype="float32", name="logits")(enlarged, images)
    return keras.Model(images, logits, name="fpn")
