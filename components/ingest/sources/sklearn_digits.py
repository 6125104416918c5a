"""The 1,797 handwritten digits that scikit-learn ships; needs no network.

Each is 8x8 with values from 0 to 16 (UCI's "Optical Recognition of Handwritten Digits"). They
are laid out as MNIST lays out its own: 20x20 pixels in the middle of 28x28, bright on black.
"""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from PIL import Image

from components.core.images import encode_png
from components.core.table import Record
from components.ingest.sources import base

BRIGHTEST = 16
DIGIT_SIDE = 20
IMAGE_SIDE = 28


class Source(base.Source):
    """`path` is this file: what DVC can watch of data that comes with a package."""

    gives: ClassVar = frozenset({"label"})

    def read(self) -> Iterator[Record]:
        """Yields `digits/0000.png` onwards with `label` "0" to "9"."""
        from sklearn.datasets import load_digits

        digits = load_digits()
        for index, (values, label) in enumerate(zip(digits.images, digits.target, strict=True)):
            yield Record(render_digit(values), f"digits/{index:04}.png", {"label": str(label)})


def render_digit(values: np.ndarray) -> bytes:
    """Draws a digit as an 8-bit grey PNG of 28x28 pixels.

    Args:
        values: Brightness, 0 to 16, `[8, 8]`.
    """
    grey = np.rint(values * (255 / BRIGHTEST)).astype(np.uint8)
    digit = Image.fromarray(grey).resize((DIGIT_SIDE, DIGIT_SIDE), Image.Resampling.BICUBIC)
    image = Image.new("L", (IMAGE_SIDE, IMAGE_SIDE))
    image.paste(digit, ((IMAGE_SIDE - DIGIT_SIDE) // 2,) * 2)
    return encode_png(np.asarray(image))
