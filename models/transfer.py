"""A classifier over a backbone, whose weights may come from another task."""

from typing import Literal

import keras

from models.shared.backbones import build_backbone
from models.shared.layers import Dropout

TAKES_PIXELS = True
POOLING = {
    "average": keras.layers.GlobalAveragePooling2D,
    "max": keras.layers.GlobalMaxPooling2D,
}


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    backbone: str = "small",
    weights: str = "none",
    pooling: Literal["average", "max"] = "average",
    dropout: Dropout = 0.2,
) -> keras.Model:
    """Builds a backbone, global pooling, dropout and a dense layer.

    The layers are named `backbone`, `pooling` and `logits`; the input of `pooling` is the
    last feature maps.

    Args:
        shape: Height, width and channels (1 or 3).
        units: The number of logits.
        backbone: A name that `build_backbone` knows. On a CPU, `small` and
            `MobileNetV3Small` are quick.
        weights: Weights of the backbone: `none`, `imagenet` or a file.
        pooling: What is kept of each feature map.
        dropout: Share of the features dropped before the last layer in training.

    Returns:
        A model from pixels in 0..255, float `[batch, *shape]`, to logits `[batch, units]`.

    Raises:
        ConvoyError: When there is no such backbone, channels or weights.
    """
    images = keras.Input(shape)
    maps = build_backbone(backbone, shape[2], weights=weights, size=shape[:2])(images)
    features = POOLING[pooling](name="pooling")(maps)
    features = keras.layers.Dropout(dropout)(features)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="transfer")
