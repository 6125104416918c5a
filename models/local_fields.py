"""Local receptive fields whose weights are not shared: a convolution without its main idea."""

import keras
from pydantic import PositiveInt

from models.shared.local import LocallyConnected2D

PUBLISHED = ((28, 28, 1), 10)


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    fields: PositiveInt = 1,
    kernel: PositiveInt = 5,
    stride: PositiveInt = 1,
) -> keras.Model:
    """Builds a layer of neurons that each see a patch of their own, and a dense layer.

    With fields of 5x5 the first layer has 14,976 parameters for 28x28x1, and 218,880 for five
    fields at each place of 28x28x3.

    Args:
        shape: Height, width and channels, at least as large as a field.
        units: The number of logits.
        fields: Neurons that look at the same patch.
        kernel: Height and width of a patch.
        stride: How far apart patches are, in pixels.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    maps = LocallyConnected2D(fields, kernel, stride, name="local")(images)
    features = keras.layers.Flatten()(keras.layers.ReLU()(maps))
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(images, logits, name="local_fields")
