"""Pixels of any kind as 8 bits a channel, grey or RGB.

Of values of more bits one is white; the values from 0 to white fall into 256 equal steps. With
white at 65,535 those are the upper 8 bits of 16, as TensorFlow takes them. Alpha, colour profiles
and gamma do not count: colours are those that the file holds, also where they are transparent.
"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageFile

GREY_MODES = ("1", "L", "LA")
WIDE_MODES = ("I;16", "I;16B", "I;16L", "I", "F")

FULL = 0xFFFF
"""White of 16 bits where nothing else is said."""

STEPS = 256
DARK_STEPS = 16
"""What stays below so many steps is all but black: likely 12 or 8 bits in a file of 16."""

WIDE_COLOURS = re.compile(r"(?:RGB|LA)\w*;16")  # what Pillow calls the encoding of such pixels
TIFF_BITS, TIFF_PHOTOMETRIC = 258, 262  # tags
TIFF_WHITE_IS_ZERO = 0
PIXELS_AT_ONCE = 1 << 20


class ValuesError(ValueError):
    """Values that cannot be told black from white; the message says why."""


def load_8_bits(image: ImageFile.ImageFile, white: float | None = None) -> Image.Image:
    """Decodes an image to 8 bits a channel.

    Args:
        image: As it was opened from a file; its pixels have not been asked for.
        white: The value of white where there are more than 8 bits a channel; None for what the
            file tells (PGM, JPEG 2000, TIFF of 12 bits), and for 65,535 of 16 bits.

    Returns:
        Of mode `L` or `RGB`; the image itself where it is of such a mode.

    Raises:
        ValuesError: When nothing tells which value is white, or values go beyond it, or, where
            none was given, all fall into the lowest 16 of the 256 steps.
        Exception: A dozen types for broken files.
    """
    scaled = _is_scaled(image)
    wide_colours = WIDE_COLOURS.match(find_encoding(image))
    image.load()
    image.info.pop("transparency", None)  # Pillow would convert it, warn of it, write it
    if image.mode in WIDE_MODES:
        return _scale(image, white and FULL if scaled else white)
    if wide_colours:
        _check_upper_bytes(image, white)
    mode = "L" if image.mode in GREY_MODES else "RGB"
    return image if image.mode == mode else image.convert(mode)


def find_encoding(image: ImageFile.ImageFile) -> str:
    """What Pillow calls the encoding of the pixels; empty where it tells of none, or no longer.

    Args:
        image: As it was opened from a file; its pixels have not been asked for.
    """
    arguments = image.tile[0].args if image.tile else None
    return str(arguments[0] if isinstance(arguments, tuple) else arguments or "")


def _is_scaled(image: ImageFile.ImageFile) -> bool:
    """Whether Pillow makes white 65,535 as it loads an image: the file tells what is white."""
    if image.format != "PPM" or image.tile[0].codec_name == "raw":
        return image.format == "JPEG2000"
    arguments = image.tile[0].args  # the last one is what the file calls white
    return isinstance(arguments, tuple) and arguments[-1] != FULL


def _check_upper_bytes(image: Image.Image, white: float | None) -> None:
    """Checks colours of 16 bits a channel, of which Pillow has kept the upper 8."""
    if white not in (None, FULL):
        raise ValuesError(
            "has 16 bits a channel in colour, of which the upper 8 are read; "
            f"with `pixels.white` at {white:,g} an image must be grey or have 8 bits"
        )
    extrema = np.reshape(image.getextrema(), (-1, 2))
    if white is None and np.ptp(extrema, axis=1).any() and extrema.max() < DARK_STEPS:
        raise ValuesError(_too_dark(extrema.max() * STEPS + STEPS - 1, FULL))


def _too_dark(largest: float, white: float) -> str:
    return (
        f"is all but black: its values end at {largest:,g}, where {white:,g} is white; "
        f"`pixels.white` must say which value is white "
        f"(255 of 8 bits, 4095 of 12, {white:g} if it is so dark)"
    )


def _scale(image: Image.Image, declared: float | None) -> Image.Image:
    """Grey values of more than 8 bits as 8."""
    white = _choose_white(image, declared)
    values = np.asarray(image)
    low, high = values.min().item(), values.max().item()
    if not 0 <= low <= high <= white:  # what is not a number is neither
        raise ValuesError(f"has values from {low:,g} to {high:,g}; black is 0, white {white:,g}")
    scaled = np.empty(values.shape, np.uint8)
    for rows in strips(*values.shape):
        scaled[rows] = _share(values[rows], white)
    if declared is None and low < high and scaled.max() < DARK_STEPS:
        raise ValuesError(_too_dark(high, white))
    inverted = _tiff_tag(image, TIFF_PHOTOMETRIC) == TIFF_WHITE_IS_ZERO
    return Image.fromarray(STEPS - 1 - scaled if inverted else scaled)


def _choose_white(image: Image.Image, declared: float | None) -> float:
    """The value of white: the one declared, but none that the file cannot hold."""
    if image.mode.startswith("I;16") or (image.format, image.mode) == ("PPM", "I"):
        largest = (1 << max(_tiff_tag(image, TIFF_BITS) or (16,))) - 1
        return min(declared or largest, largest)
    if declared is None:
        raise ValuesError(
            f"holds numbers of mode {image.mode}; `pixels.white` must say which value is white"
        )
    return declared


def _tiff_tag(image: Image.Image, tag: int) -> Any:
    """The value of a tag; None of an image that is not of TIFF, or lacks it."""
    return getattr(image, "tag_v2", {}).get(tag)


def _share(values: np.ndarray, white: float) -> np.ndarray:
    """The step, 0 to 255, that each value falls into."""
    if not np.issubdtype(values.dtype, np.integer):
        return np.minimum(values.astype(np.float64) * STEPS / white, STEPS - 1)
    if white < STEPS - 1:  # fewer values than steps, from the first to the last all the same
        return values.astype(np.int64) * (STEPS - 1) // max(int(white), 1)
    return values.astype(np.int64) * STEPS // (int(white) + 1)


def strips(height: int, width: int) -> Iterator[slice]:
    """Rows of an image that are worked on together, so that memory stays small."""
    rows = max(1, PIXELS_AT_ONCE // width)
    for top in range(0, height, rows):
        yield slice(top, top + rows)
