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
    masks is fitting `build_classifier` to the patches around all these places at once (Long,
    Shelhamer and Darrell, 2015, section 3.4); `initial_weights` may be a trained one's.

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


def build_classifier(
    channels: int, units: int, *, width: PositiveInt = 32, dropout: Dropout = 0.0
) -> keras.Model:
    """Builds the classifier of single patches, by the class of their middle.

    Args:
        channels: Channels of the patches.
        units: The number of classes.
        width: As for `build`.
        dropout: As for `build`.

    Returns:
        A model from `[batch, 32, 32, channels]` to logits `[batch, units]`.
    """
    patches = keras.Input((PATCH, PATCH, channels))
    scores = score_network(channels, units, width, dropout)(patches)
    logits = keras.layers.Flatten(dtype="float32", name="logits")(scores)
    return keras.Model(patches, logits, name="patch_classifier")


def slide(classifier: keras.Model) -> keras.Model:
    """Turns a classifier of patches into its convolutional form.

    Args:
        classifier: A model that `build_classifier` made.

    Returns:
        A model that shares the weights, from `[batch, height, width, channels]` of 32x32
        pixels or more to logits `[batch, rows, columns, units]`: those of the classifier for
        every patch whose first row and column are multiples of 4.
    """
    return classifier.get_layer(SCORES)


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
