"""Small networks whose inside is known."""

import keras
import numpy as np
from keras import layers

SIDE = 8


def linear(kernel: np.ndarray, dense: np.ndarray) -> keras.Model:
    """A 1x1 convolution, global average pooling and a dense layer, no biases, on grey pixels."""
    pixels = keras.Input((SIDE, SIDE, 1), dtype="uint8")
    floats = layers.Rescaling(1 / 255)(pixels)
    inputs = keras.Input((SIDE, SIDE, 1))
    maps = layers.Conv2D(kernel.shape[-1], 1, use_bias=False, name="maps")(inputs)
    pooled = layers.GlobalAveragePooling2D()(maps)
    logits = layers.Dense(dense.shape[-1], use_bias=False, name="logits")(pooled)
    body = keras.Model(inputs, logits, name="body")
    body.set_weights([kernel.reshape(1, 1, 1, -1), dense])
    return keras.Model(pixels, body(floats), name="network")


def random_pixels(count: int, side: int = SIDE, channels: int = 1) -> np.ndarray:
    shape = (count, side, side, channels)
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
