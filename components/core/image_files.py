"""Tells image files by how they begin, whatever their names end in."""

import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from components.core.errors import ConvoyError
from components.core.images import FORMATS, open_image
from components.core.reading import open_regular
from components.core.unread_formats import HEAD, name_unread_format

SUFFIXES = frozenset(
    (
        *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".bmp", ".dib", ".gif"),
        *(".tif", ".tiff", ".webp", ".avif", ".jp2", ".j2k", ".pbm", ".pgm", ".ppm", ".pnm"),
    )
)
"""What names of image files end in, lower case; such a file is one even when it is broken."""

RAW_SUFFIXES = frozenset(
    (
        *(".3fr", ".arw", ".cr2", ".cr3", ".dcr", ".dng", ".erf", ".iiq", ".kdc", ".mos", ".nef"),
        *(".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw"),
    )
)
"""Cameras' raw files, which begin like TIFF: what would be read of them is a small preview."""

NO_IMAGE = "no image"
RAW = "in a camera's raw format"
UNREADABLE = "not readable"

KNOWN = tuple(name for name in FORMATS if name != "DIB")  # four bytes tell a DIB, not enough

LOSSY = {"JPEG": "JPEG", "MPO": "JPEG", "JPEG2000": "JPEG 2000", "WEBP": "WebP", "AVIF": "AVIF"}
LOSSLESS_WEBP = b"VP8L"
WEBP_HEAD = 64


def refuse_image(file: Path) -> str | None:
    """Says why a file is no image; None when its name ends or its content begins like one's.

    One that cannot be decoded is an image all the same: validation names it.

    Args:
        file: A regular file.
    """
    suffix = file.suffix.lower()
    if suffix in SUFFIXES:
        return None
    if suffix in RAW_SUFFIXES:
        return RAW
    try:
        with open_regular(file) as stream:
            return None if _begins_like_an_image(stream) else NO_IMAGE
    except OSError:
        return UNREADABLE


def find_lossy_format(data: bytes) -> str | None:
    """The name of the format of an image whose values may differ from those it was made of.

    None of an image that holds them as they were, and of what cannot be opened.
    """
    try:
        with open_image(data) as image:
            name, compression = str(image.format), str(image.info.get("compression"))
    except Exception:  # Pillow's readers raise a dozen types; what it is, inspection tells
        return None
    if name == "TIFF" and "jpeg" in compression:
        return "TIFF with JPEG's compression"
    if name == "WEBP" and LOSSLESS_WEBP in data[:WEBP_HEAD]:
        return None
    return LOSSY.get(name)


def check_lossless(data: bytes, place: str, meaning: str) -> None:
    """Checks that the values of a mask's pixels are those that somebody has drawn.

    Args:
        data: The mask's file.
        place: What an error message begins with.
        meaning: What values stand for.

    Raises:
        ConvoyError: When it is of a format that changes them.
    """
    if lossy := find_lossy_format(data):
        raise ConvoyError(
            f"{place}: {lossy} changes the values of pixels, which are {meaning} here; "
            "masks must be PNG, or of another format that keeps them"
        )


def _begins_like_an_image(stream: BinaryIO) -> bool:
    if name_unread_format(stream.read(HEAD)):
        return True
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            Image.open(stream, formats=KNOWN).close()
    except Image.DecompressionBombError:
        return True
    except Exception:  # Pillow's readers raise a dozen types for what is no image
        return False
    return True
