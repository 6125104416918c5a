"""Puts an architecture behind the normalisation that the data calls for."""

from collections.abc import Sequence

import keras


def build_network(
    body: keras.Model, mean: Sequence[float], variance: Sequence[float], takes_pixels: bool = False
) -> keras.Model:
    """Builds the network that is trained and served: uint8 pixels in, raw outputs out.

    Args:
        body: The architecture; the network's input has the shape of its input.
        mean: Mean of each channel over the training split, in 0..255.
        variance: Variance of each channel over the training split.
        takes_pixels: Whether the architecture is fed with floats in 0..255 rather than with
            normalised ones.

    Returns:
        A model with the parameters of `body` and no other.
    """
    pixels = keras.Input(body.input_shape[1:], dtype="uint8", name="image")
    if takes_pixels:
        floats = keras.layers.Rescaling(1.0, name="floats")(pixels)
    else:
        normalise = keras.layers.Normalization(mean=mean, variance=variance, name="normalization")
        floats = normalise(pixels)
    return keras.Model(pixels, body(floats), name=f"{body.name}_network")
