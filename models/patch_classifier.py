"""A classifier of 32x32 patches that labels every pixel once it slides over an image."""

import keras
from pydantic import PositiveInt

from models.shared.layers import Dropout
from models.shared.pixels import CropLike, PadToMultiple, upsample

PATCH = 32
STRIDE = 4
BORDER = (PATCH - STRIDE) // 2
"""With it, position i of the scores looks at the patch around pixels 4i to 4i + 3."""
SCORES = "scores"


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    width: PositiveInt = 32,
    dropout: Dropout = 0.0,
) -> keras.Model:
    """Builds the network for whole images: it labels every pixel by the patch around it.

    The scores, 4 pixels apart, are interpolated bilinearly, which is not learnt. Fitting it to
    masks is fitting a classifier of patches to those around all these places at once (Long,
    Shelhamer and Darrell, 2015, section 3.4). With `score_network` on 32x32 pixels there is
    such a classifier; `initial_weights` may be a trained one's.

    Args:
        shape: Height and width, which do not matter, and channels.
        units: The number of classes.
        width: Filters of the first convolution; the next two have 2 and 4 times as many.
        dropout: Share of the features dropped before the last layer in training.

    Returns:
        A model from `[batch, height, width, channels]` of any size to logits
        `[batch, height, width, units]`.
    """
    images = keras.Input((None, None, shape[2]))
    padded = keras.layers.ZeroPadding2D(BORDER)(PadToMultiple(STRIDE)(images))
    scores = score_network(shape[2], units, width, dropout)(padded)
    enlarged = upsample(scores, STRIDE, trainable=False, dtype="float32", name="upsample")
    logits = CropLike(dtype="float32", name="logits")(enlarged, images)
    return keras.Model(images, logits, name="patch_classifier")


def score_network(channels: int, units: int, width: int, dropout: float) -> keras.Model:
    """LeNet with its dense layers written as convolutions, 32x32 pixels to one position."""
    images = keras.Input((None, None, channels))
    maps = keras.layers.Conv2D(width, 5, activation="relu", name="conv1")(images)
    maps = keras.layers.MaxPooling2D()(maps)
    maps = keras.layers.Conv2D(2 * width, 5, activation="relu", name="conv2")(maps)
    maps = keras.layers.MaxPooling2D()(maps)
    features = keras.layers.Conv2D(4 * width, 5, activation="relu", name="dense1")(maps)
    features = keras.layers.Dropout(dropout)(features)
    scores = keras.layers.Conv2D(units, 1, dtype="float32", name="dense2")(features)
    return keras.Model(images, scores, name=SCORES)
