"""What a camera and a file format do to a picture in colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from components.ingest import portable
from components.ingest.draws import Rng, chance
from components.ingest.sources.faces.camera import compress, levels
from components.ingest.sources.scenes.view import Array


def photograph(rng: Rng, picture: Array) -> NDArray[np.uint8]:
    """Exposes, blurs, adds noise and compresses.

    Args:
        rng: The source of randomness.
        picture: Colours, `[height, width, 3]`, 0 and above.

    Returns:
        Colours, `[height, width, 3]`.
    """
    image = Image.fromarray(levels(expose(rng, picture)))
    if chance(rng, 0.35):
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.65)))
    elif chance(rng, 0.4):
        image = image.filter(ImageFilter.UnsharpMask(1, int(rng.integers(30, 110)), 0))
    if chance(rng, 0.6):
        noise = rng.standard_normal(picture.shape, np.float32)
        noise *= np.float32(rng.uniform(0.005, 0.025))
        image = Image.fromarray(levels(np.asarray(image, np.float32) / 255 + noise))
    if chance(rng, 0.5):
        image = compress(image, int(rng.integers(45, 95)))
    return np.asarray(image)


def expose(rng: Rng, picture: Array) -> Array:
    """Stretches the tones to a random white point; random gamma and white balance."""
    (bright,) = np.percentile(picture[::3, ::3], [92])  # of one number NumPy 2 makes a float32
    gain = rng.normal(0.85, 0.1) / max(bright, 0.35)
    balance = (gain * (1 + rng.normal(0, 0.025, 3))).astype(np.float32)
    tones = np.maximum(picture * balance, 0) + np.float32(abs(rng.normal(0, 0.02)))
    return portable.power(tones, rng.uniform(0.75, 1.1))
