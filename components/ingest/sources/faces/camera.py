"""What a camera and a file format do to a picture."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from components.ingest import portable
from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.faces.chart import Array
from components.ingest.sources.faces.textures import cut


def photograph(rng: Rng, picture: Array) -> NDArray[np.uint8]:
    """Exposes, blurs, adds noise and compresses.

    Args:
        rng: The source of randomness.
        picture: Brightness, `[side, side]`, 0 and above.

    Returns:
        Grey levels, `[side, side]`.
    """
    image = Image.fromarray(levels(expose(rng, picture)))
    if chance(rng, 0.4):
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.1)))
    elif chance(rng, 0.5):
        image = image.filter(ImageFilter.UnsharpMask(1, int(rng.integers(30, 110)), 0))
    if chance(rng, 0.5):
        strength = pick(rng, (rng.uniform(0, 0.01), rng.uniform(0.01, 0.05)), (0.7, 0.3))
        noise = np.float32(strength) * cut(rng, "grain", len(picture))
        image = Image.fromarray(levels(np.asarray(image, np.float32) / 255 + noise))
    if chance(rng, 0.5):
        image = compress(image, int(rng.integers(40, 95)))
    return np.asarray(image)


def expose(rng: Rng, picture: Array) -> Array:
    """Stretches the tones to a random black and white point, with a random gamma."""
    dark, bright = np.percentile(picture[::3, ::3], (3, 96))
    black, white = abs(rng.normal(0.04, 0.05)), rng.normal(0.84, 0.09)
    gain = (white - black) / max(bright - dark, 0.2)
    tones = np.maximum((picture - np.float32(dark)) * np.float32(gain) + np.float32(black), 0)
    return portable.power(tones, rng.uniform(0.6, 1.1))


def levels(values: Array) -> NDArray[np.uint8]:
    """Brightness of 0 to 1 as grey levels; the rest is clipped."""
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def compress(image: Image.Image, quality: int) -> Image.Image:
    """The image after JPEG compression."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)
