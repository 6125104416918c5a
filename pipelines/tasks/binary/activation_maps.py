"""Where in an image a network sees what it says.

Gradient-weighted class activation mapping (Grad-CAM) after Selvaraju et al. (2017). For a
network that ends in global average pooling and a dense layer these are the class activation
maps of Zhou et al. (2016). Evidence against the positive class is kept, not cut off.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from components.core.pictures import fit_tile
from components.samples.image import ImageSample

OPACITY = 0.7
"""Of the colour where the evidence is greatest."""


def activation_maps(network: keras.Model, images: Sequence[bytes]) -> np.ndarray:
    """Computes how much each place of the last feature maps speaks for the positive class.

    Args:
        network: As `ImageSample.entrance` makes it: from uint8 pixels to one logit
            `[batch, 1]`, the architecture its last layer.
        images: PNG or JPEG files.

    Returns:
        float32 `[images, rows, columns]`, evidence for (above 0) and against (below 0). Below
        global average pooling and a dense layer it sums to the logit without its bias.

    Raises:
        ValueError: When no layer of the architecture takes feature maps.
    """
    pixels, _ = _sample(network).serve(tf.constant(images))
    *_, before, body = network.layers
    floats = keras.Model(network.input, before.output)(pixels)
    with tf.GradientTape() as tape:
        tape.watch(floats)
        features, logits = keras.Model(body.input, [last_features(body), body.output])(floats)
    slopes = tf.reduce_mean(tape.gradient(logits, features), axis=(1, 2), keepdims=True)
    return tf.reduce_sum(tf.cast(slopes * features, tf.float32), axis=-1).numpy()


def last_features(body: keras.Model) -> keras.KerasTensor:
    """What the last layer that takes feature maps takes, `[batch, rows, columns, channels]`.

    Raises:
        ValueError: When there is no such layer.
    """
    for layer in reversed(body.layers):
        # a model within the model knows its own graph's input only
        taken = None if isinstance(layer, keras.Model) else layer.input
        if isinstance(taken, keras.KerasTensor) and len(taken.shape) == 4:
            return taken
    raise ValueError(f"{body.name}: no layer takes feature maps")


def overlay(image: Image.Image, evidence: np.ndarray) -> Image.Image:
    """Colours an image: red for the positive class, blue against it, clear where neither.

    Args:
        image: Of any size.
        evidence: float `[rows, columns]`, stretched to cover the image; the greatest, for or
            against, has the full colour.

    Returns:
        An RGB image, enlarged if it is small.
    """
    from matplotlib import colormaps

    enlarged = fit_tile(image)
    greatest = np.maximum(np.abs(evidence).max(), np.finfo(np.float32).tiny)
    scaled = Image.fromarray((evidence / greatest).astype(np.float32))
    strength = np.asarray(scaled.resize(enlarged.size, Image.Resampling.BICUBIC)).clip(-1, 1)
    colours = 255 * colormaps["coolwarm"]((strength + 1) / 2)[..., :3]
    opacity = OPACITY * np.abs(strength)[..., np.newaxis]
    blended = (1 - opacity) * np.asarray(enlarged) + opacity * colours
    return Image.fromarray(blended.round().astype(np.uint8))


def _sample(network: keras.Model) -> ImageSample:
    """What decodes images to the size of a network's input."""
    size = dict(zip(("height", "width", "channels"), network.input_shape[1:], strict=True))
    return ImageSample(name=network.name, checks={}, prepare=size)
