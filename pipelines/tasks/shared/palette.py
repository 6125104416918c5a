"""Colours of classes, and masks drawn in them."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from PIL import Image

from components.core.masks import VOID
from components.core.pictures import GAP, contact_sheet

VOID_COLOUR = (26, 27, 31)
SWATCH = (104, 20)  # width and height of a colour in the legend, in pixels


@cache
def palette() -> np.ndarray:
    """The colour of each class index, uint8 `[256, 3]`; void's, the last, is nearly black.

    The first ten are the strong colours of Matplotlib's `tab20`, which are made to be told
    apart, the next ten its light ones, the others those of Pascal VOC.
    """
    from matplotlib import colormaps

    tab20 = colormaps["tab20"](np.arange(20))[:, :3]
    strong_first = np.concatenate([tab20[::2], tab20[1::2]])
    colours = voc_colours()
    colours[: len(strong_first)] = np.rint(255 * strong_first)
    colours[VOID] = VOID_COLOUR
    colours.setflags(write=False)
    return colours


def voc_colours() -> np.ndarray:
    """The colour map of Pascal VOC, uint8 `[256, 3]`, by the rule of its development kit.

    The bits of an index, from the lowest up, become the highest bits of red, green and blue,
    then their second highest, and so on.
    """
    places, channels = np.arange(8), np.arange(3)
    shifts = 3 * places + channels[:, np.newaxis]
    bits = np.arange(256)[:, np.newaxis, np.newaxis] >> shifts & 1
    return (bits << 7 - places).sum(axis=-1).astype(np.uint8)


def colour_mask(indices: np.ndarray) -> Image.Image:
    """Class indices, uint8 `[height, width]`, in their colours, as an RGB image."""
    return Image.fromarray(palette()[indices])


def to_palette_image(indices: np.ndarray) -> Image.Image:
    """Class indices, uint8 `[height, width]`, as an image of mode P.

    Its pixels are the indices themselves; what shows it shows their colours.
    """
    image = Image.fromarray(indices, "L")
    image.putpalette(palette().tobytes())
    return image


def overlay(image: Image.Image, indices: np.ndarray, alpha: float = 0.5) -> Image.Image:
    """Lays the colours of classes over an image.

    Args:
        image: Of any mode.
        indices: uint8 `[height, width]` of the image.
        alpha: How opaque the colours are, in [0, 1].

    Returns:
        A new RGB image.
    """
    return Image.blend(image.convert("RGB"), colour_mask(indices), alpha)


def legend(names: Mapping[int, str], width: int) -> Image.Image:
    """The colours of classes above their names.

    Args:
        names: By class index, in the order in which they are shown; one at least.
        width: Of the picture in pixels, as nearly as whole columns allow.

    Returns:
        An RGB image.
    """
    tiles = [
        (Image.new("RGB", SWATCH, tuple(palette()[index].tolist())), name)
        for index, name in names.items()
    ]
    columns = max((width - GAP) // (SWATCH[0] + GAP), 1)
    return contact_sheet(tiles, min(columns, len(tiles)), SWATCH[0])
