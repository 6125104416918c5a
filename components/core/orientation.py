"""Turns pictures the way that viewers and labelling tools show them.

A camera stores the pixels as its sensor lies and notes in EXIF how to hold the picture.
"""

import warnings

from PIL import ExifTags, Image

UPRIGHT = 1
"""The orientation of a picture whose pixels are stored as they are shown."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by its orientation."""

SIDES_SWAPPED = (5, 6, 7, 8)


def read_orientation(image: Image.Image) -> int:
    """The orientation, 1 to 8, that EXIF or XMP tells of; 1 where neither tells one.

    Metadata that cannot be read count as none, as they do to viewers. A PNG file may bring
    them after its pixels: it must have been loaded, and is if not. Of TIFF, Pillow turns the
    pixels itself as it loads them; afterwards the orientation is 1.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of metadata that are cut off
            orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # Pillow raises half a dozen types for broken metadata
        return UPRIGHT
    return orientation if orientation in TURNS else UPRIGHT


def turn(picture: Image.Image, orientation: int) -> Image.Image:
    """The picture as an orientation asks for it; the same object where it is upright."""
    return picture if orientation == UPRIGHT else picture.transpose(TURNS[orientation])
