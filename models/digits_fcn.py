"""The fully convolutional twin of `digits_cnn`: takes images of any size from 28x28."""

import keras
import numpy as np
from pydantic import NonNegativeFloat

from components.core.errors import ConvoyError
from models.shared.digits import feature_maps, penalty
from models.shared.layers import Dropout

SCORES = "scores"
PUBLISHED = ((28, 28, 1), 10)


def build(
    shape: tuple[int | None, int | None, int],
    units: int,
    *,
    dropout: Dropout = 0.5,
    l2: NonNegativeFloat = 0.0,
) -> keras.Model:
    """Builds a network whose last layer is a 5x5 convolution, averaged over all positions.

    On 28x28 pixels there is one position, and the network is `digits_cnn` with the same
    34,826 parameters (for one channel and 10 units).

    Args:
        shape: Height, width and channels; None for any height or width.
        units: The number of logits.
        dropout: Share of the features dropped before the last layer while training.
        l2: Weight of the squared kernels in the loss.

    Returns:
        A model from `[batch, *shape]` to logits `[batch, units]`.
    """
    images = keras.Input(shape)
    hidden = keras.layers.Dropout(dropout)(feature_maps(images, l2))
    scores = keras.layers.Conv2D(
        units, 5, kernel_regularizer=penalty(l2), dtype="float32", name=SCORES
    )
    logits = keras.layers.GlobalAveragePooling2D(dtype="float32", name="logits")
    return keras.Model(images, logits(scores(hidden)), name="digits_fcn")


def convolutionalise(dense: keras.Model) -> keras.Model:
    """Turns a trained `digits_cnn` for 28x28 pixels into a network for any size.

    A dense layer over feature maps is a convolution with a kernel of their size (Long,
    Shelhamer and Darrell, 2015, "Fully Convolutional Networks for Semantic Segmentation").

    Args:
        dense: A model that `digits_cnn.build` made.

    Returns:
        A `digits_fcn` for `[batch, any, any, channels]`: the same function on 28x28 pixels.

    Raises:
        ConvoyError: When the model is not a `digits_cnn` for 28x28 pixels.
    """
    if dense.name != "digits_cnn" or dense.input_shape[1:3] != (28, 28):
        raise ConvoyError(
            f"{dense.name}: only a digits_cnn for 28x28 pixels can be convolutionalised, "
            f"not one for {dense.input_shape[1:]}"
        )
    model = build((None, None, dense.input_shape[3]), dense.output_shape[1])
    pairs = zip(dense.get_weights(), model.weights, strict=True)
    model.set_weights([np.reshape(weight, target.shape) for weight, target in pairs])
    return model


def score_map(model: keras.Model) -> keras.Model:
    """The part of a `digits_fcn` before the average: logits at each position.

    The positions are 4 pixels apart, and each sees 28x28 pixels.

    Args:
        model: A model that `build` or `convolutionalise` made.

    Returns:
        A model that shares the weights, from `[batch, height, width, channels]` to
        `[batch, rows, columns, units]`.
    """
    return keras.Model(model.input, model.get_layer(SCORES).output, name="score_map")
