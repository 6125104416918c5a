"""Evidence drawn over an image."""

import numpy as np
from PIL import Image

from components.core.pictures import fit_tile

OPACITY = 0.7
"""Of the colour where the evidence is greatest."""


def overlay(image: Image.Image, evidence: np.ndarray) -> Image.Image:
    """Colours an image: red for what is asked about, blue against it, clear where neither.

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


def heat(values: np.ndarray) -> Image.Image:
    """A map as a picture, dark where it is least and bright where it is greatest.

    Args:
        values: float `[rows, columns]`.
    """
    from matplotlib import colormaps

    spread = max(float(np.ptp(values)), float(np.finfo(np.float32).tiny))
    colours = colormaps["magma"]((values - values.min()) / spread)[..., :3]
    return Image.fromarray((255 * colours).round().astype(np.uint8))
