"""Masks of class indices: how they are stored, and what can be made one.

The canonical table holds a mask as a grey PNG with one byte a pixel: the index of the class.
Masks are drawn on the picture as it is shown, upright, so a mask file is turned only if it asks for
that itself: the orientation that EXIF gives its image is the image's alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PIL import Image

from components.core.eight_bits import find_encoding, strips
from components.core.errors import ConvoyError
from components.core.images import describe_fault, encode_png, load_image, open_image
from components.core.orientation import UPRIGHT, read_orientation, turn

VOID = 255
"""The value of void, the pixels that nobody knows the class of, where convoy may choose it."""

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

INDEX_MODES = ("1", "L", "P")  # Pillow's modes whose pixels are indices: of one bit, grey, palette

WIDE_MODES = ("I;16", "I;16B", "I;16L", "I")
"""Pillow's modes whose pixels are whole numbers of more than 8 bits."""

GREY_STEPS = {"L;2": 0xFF // 0b11, "L;4": 0xFF // 0b1111}
"""How far apart Pillow puts the greys of few bits, by what it calls their encoding."""


class MaskError(ValueError):
    """A mask that cannot be read; the message says why."""


def encode_mask(indices: np.ndarray) -> bytes:
    """Encodes class indices as the canonical table holds them.

    Args:
        indices: uint8 `[height, width]`.

    Raises:
        ValueError: When it is another type or shape.
    """
    if indices.dtype != np.uint8 or indices.ndim != 2:
        raise ValueError(f"a mask is uint8 [height, width]; not {indices.dtype} {indices.shape}")
    return encode_png(indices)


def decode_mask(data: bytes) -> np.ndarray:
    """Decodes a mask of the canonical table to class indices, uint8 `[height, width]`.

    Raises:
        MaskError: When it is broken or is no PNG with one byte a pixel.
    """
    image = _load(data)
    if (image.format, image.mode) != ("PNG", "L"):
        raise MaskError(f"{image.format} of mode {image.mode}; must be a PNG with one byte a pixel")
    return np.asarray(image)


def read_mask(data: bytes, place: str, colours: Mapping[str, Colour] | None = None) -> bytes:
    """Turns an image file into a mask as the canonical table holds it.

    Without a table of colours, grey values, palette indices and bits are class indices as
    they are. A mask with an orientation of its own is turned upright. A file that holds no
    indices, is broken or has more than a byte a pixel is no error here but stays as it is:
    validation names it together with all others.

    Args:
        data: The file's content.
        place: What an error message begins with.
        colours: The colour of each class in the order of the indices; each pixel's index is
            then that of its colour, whatever the file's mode.

    Raises:
        ConvoyError: When a pixel's colour is not in the table.
    """
    try:
        step = _grey_step(data)
        image = _load(data)
    except Exception:  # MaskError, or one of the dozen types that Pillow raises
        return data
    if image.mode[0] in "IF":  # more than 8 bits, which Pillow would cut off
        return data
    orientation = read_orientation(image)
    if colours is not None:
        pixels = np.asarray(turn(image.convert("RGB"), orientation))
        return encode_mask(index_colours(pixels, colours, place))
    kept = (image.format, image.mode, orientation, step) == ("PNG", "L", UPRIGHT, 1)
    if kept or image.mode not in INDEX_MODES:
        return data
    return encode_mask(np.asarray(turn(image, orientation)).astype(np.uint8) // step)


def decode_indices(data: bytes) -> np.ndarray:
    """Decodes a mask file of whole numbers: greys of up to 16 bits, indices of a palette, bits.

    A mask with an orientation of its own is turned upright.

    Args:
        data: The file's content.

    Returns:
        The values as they are, bool or integers `[height, width]`.

    Raises:
        MaskError: When it is broken, or its pixels are colours or fractions.
    """
    image = _load(data)
    if image.mode not in (*INDEX_MODES, *WIDE_MODES):
        raise MaskError(f"{image.format} of mode {image.mode}; must have one whole number a pixel")
    values = np.asarray(turn(image, read_orientation(image)))
    step = _grey_step(data)
    return values if step == 1 else values // step


def index_colours(pixels: np.ndarray, colours: Mapping[str, Colour], place: str) -> np.ndarray:
    """Replaces colours by their position in a table.

    Args:
        pixels: Red, green and blue, uint8 `[height, width, 3]`.
        colours: At most 256 different colours by class.
        place: What an error message begins with.

    Returns:
        uint8 `[height, width]`.

    Raises:
        ConvoyError: Naming the first pixel whose colour is not in the table.
    """
    known = _pack(np.array(list(colours.values())))
    order = np.argsort(known)
    height, width = pixels.shape[:2]
    indices = np.empty((height, width), np.uint8)
    for rows in strips(height, width):
        packed = _pack(pixels[rows])
        nearest = order[np.searchsorted(known[order], packed).clip(max=len(known) - 1)]
        unknown = np.argwhere(known[nearest] != packed)
        if len(unknown):
            y, x = unknown[0] + (rows.start, 0)
            colour = tuple(pixels[y, x].tolist())
            raise ConvoyError(f"{place}: the colour {colour} of pixel ({x}, {y}) is no class's")
        indices[rows] = nearest
    return indices


def _pack(colours: np.ndarray) -> np.ndarray:
    """One integer for each colour, int64 `[...]` of `[..., 3]`."""
    return colours.astype(np.int64) @ (1 << 16, 1 << 8, 1)


def _grey_step(data: bytes) -> int:
    """How far apart the indices of a grey mask of less than a byte a pixel lie once loaded."""
    with open_image(data) as image:
        return GREY_STEPS.get(find_encoding(image), 1)


def _load(data: bytes) -> Image.Image:
    try:
        return load_image(data)
    except Exception as error:  # Pillow's decoders raise a dozen types for broken files
        raise MaskError(describe_fault(error)) from None
