"""Puts an architecture behind the normalisation that the data calls for."""

from collections.abc import Sequence

import keras


def build_network(
    body: keras.Model, shape: Sequence[int], mean: Sequence[float], variance: Sequence[float]
) -> keras.Model:
    """Builds the network that is trained and served: uint8 pixels in, raw outputs out.

    Args:
        body: The architecture, fed with normalised floats `[batch, *shape]`.
        shape: Height, width and channels of the images.
        mean: Mean of each channel over the training split, in 0..255.
        variance: Variance of each channel over the training split.

    Returns:
        A model with the parameters of `body` and no other.
    """
    pixels = keras.Input(shape, dtype="uint8", name="image")
    normalised = keras.layers.Normalization(mean=mean, variance=variance, name="normalization")(
        pixels
    )
    return keras.Model(pixels, body(normalised), name=f"{body.name}_network")
