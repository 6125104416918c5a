"""Pictures as cameras write them: pixels turned, and an EXIF tag that says how to hold them."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import ExifTags, Image

STORED: Mapping[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda shown: shown,
    2: lambda shown: shown[:, ::-1],
    3: lambda shown: shown[::-1, ::-1],
    4: lambda shown: shown[::-1],
    5: lambda shown: shown.swapaxes(0, 1),
    6: np.rot90,
    7: lambda shown: shown[::-1, ::-1].swapaxes(0, 1),
    8: lambda shown: np.rot90(shown, -1),
}
"""The pixels as they are stored, by orientation, of those that are shown."""


def exif_of(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


def encode_turned(
    shown: np.ndarray, orientation: int, form: str = "PNG", mode: str | None = None, **options: Any
) -> bytes:
    """A file whose picture is the one shown once it is turned as EXIF says."""
    image = Image.fromarray(np.ascontiguousarray(STORED[orientation](shown)))
    buffer = io.BytesIO()
    image = image.convert(mode) if mode else image
    image.save(buffer, form, exif=exif_of(orientation), **options)
    return buffer.getvalue()
