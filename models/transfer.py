"""A classifier over a backbone, whose weights may come from another task."""

from collections.abc import Mapping, Sequence
from typing import Literal

import keras

from models.shared.backbones import build_backbone
from models.shared.layers import Dropout

TAKES_PIXELS = True
POOLING: Mapping[str, Sequence[type[keras.Layer]]] = {
    "average": (keras.layers.GlobalAveragePooling2D,),
    "max": (keras.layers.GlobalMaxPooling2D,),
    "both": (keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D),
}


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    backbone: str = "small",
    weights: str = "none",
    pooling: Literal["average", "max", "both"] = "average",
    dropout: Dropout = 0.2,
) -> keras.Model:
    """Builds a backbone, global pooling, dropout and a dense layer.

    The layers are named `backbone`, `pooling` and `logits`; the input of `pooling` is the
    last feature maps. With both poolings the second is `pooling2`: averages tell what fills an
    image, maxima what is small in it.

    Args:
        shape: Height, width and channels (1 or 3).
        units: The number of logits.
        backbone: A name that `build_backbone` knows. On a CPU, `small` and
            `MobileNetV3Small` are quick.
        weights: Weights of the backbone: `none`, `imagenet` or a file.
        pooling: What is kept of each feature map: one number, or two.
        dropout: Share of the features dropped before the last layer in training.

    Returns:
        A model from pixels in 0..255, float `[batch, *shape]`, to logits `[batch, units]`.

    Raises:
        ConvoyError: When there is no such backbone, channels or weights.
    """
    images = keras.Input(shape)
    maps = build_backbone(backbone, shape[2], weights=weights, size=shape[:2])(images)
    features = keras.layers.Dropout(dropout)(pool(maps, pooling))
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="transfer")


def pool(maps: keras.KerasTensor, pooling: str) -> keras.KerasTensor:
    """What is kept of feature maps, `[batch, features]`; `pooling` is a key of `POOLING`."""
    names = ("pooling", "pooling2")
    pooled = [layer(name=name)(maps) for layer, name in zip(POOLING[pooling], names, strict=False)]
    return keras.layers.Concatenate(name="poolings")(pooled) if len(pooled) > 1 else pooled[0]
