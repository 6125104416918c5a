"""Objects with their masks on pictures, each in a colour of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageColor, ImageFilter

from components.core.regions import MASKS, decode_region
from pipelines.tasks.instances.objects import decode, text_of
from pipelines.tasks.shared.boxes.drawing import (
    PALE,
    Drawn,
    Ink,
    draw_boxes,
    enlarge,
    line_width,
    true_boxes,
)
from pipelines.tasks.shared.boxes.objects import Found
from pipelines.tasks.shared.palette import palette

FILL = 0.45
"""How opaque masks are."""

GREYISH = 64
"""Up to how far the channels of a colour may lie apart that is taken for grey."""


class Shape(NamedTuple):
    """An object as it is drawn.

    Attributes:
        box: Its edges, text and colour.
        mask: Its pixels, bool `[height, width]` of the picture.
    """

    box: Drawn
    mask: np.ndarray


def draw_shapes(picture: Image.Image, shapes: Sequence[Shape]) -> Image.Image:
    """The picture, enlarged if it is small, with objects on it: translucent, with an outline.

    Args:
        picture: Of any mode.
        shapes: Later ones lie over earlier ones.

    Returns:
        A new RGB image.
    """
    paper = enlarge(picture)
    times, pixels, boxes = paper.width // picture.width, np.array(paper), []
    for box, mask in shapes:
        large = mask.repeat(times, axis=0).repeat(times, axis=1)
        _shade(pixels, large, box.colour, line_width(paper.size))
        boxes.append(box._replace(edges=[edge * times for edge in box.edges]))
    return draw_boxes(Image.fromarray(pixels), boxes)


def draw_truth(
    picture: Image.Image, labels: Mapping[str, Any], classes: Sequence[str]
) -> Image.Image:
    """A picture with the objects of a row of the table; pale are those that do not count.

    Raises:
        RegionError: When a mask cannot be read or is not of the picture's size.
    """
    size = (picture.height, picture.width)
    boxes = [
        each if each.colour == PALE else each._replace(colour=colour_at(at))
        for at, each in enumerate(true_boxes(labels, classes))
    ]
    masks = (decode_region(text_of(each), size) for each in labels[MASKS])
    return draw_shapes(picture, [Shape(*each) for each in zip(boxes, masks, strict=True)])


def draw_found(picture: Image.Image, found: Found, classes: Sequence[str]) -> Image.Image:
    """The picture, enlarged if it is small, with found objects, the surest on top."""
    listed = zip(
        found.boxes.tolist(),
        found.classes.tolist(),
        found.scores.tolist(),
        found.regions or [],
        strict=True,
    )
    shapes = [
        Shape(Drawn(box, f"{classes[kind]} {score:.0%}", colour_at(at)), decode(region))
        for at, (box, kind, score, region) in enumerate(listed)
    ]
    return draw_shapes(picture, shapes[::-1])


def colour_at(place: int) -> tuple[int, int, int]:
    """The colour of the object at a place, from 0."""
    red, green, blue = _colours()[place % len(_colours())].tolist()
    return red, green, blue


@cache
def _colours() -> np.ndarray:
    """Those of the palette that are not greyish, as what does not count is, uint8 `[any, 3]`."""
    return palette()[np.ptp(palette(), axis=1) > GREYISH]


def _shade(pixels: np.ndarray, mask: np.ndarray, ink: Ink, line: int) -> None:
    """Colours the pixels of a mask, uint8 `[height, width, 3]`, in place."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return
    colour = np.array(ImageColor.getrgb(ink) if isinstance(ink, str) else ink)
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    inside, part = mask[window], pixels[window]
    part[inside] = (1 - FILL) * part[inside] + FILL * colour
    part[inside & ~_shrink(inside, line)] = colour


def _shrink(mask: np.ndarray, line: int) -> np.ndarray:
    """The pixels of a mask that are farther than a line from its edge."""
    paper = Image.fromarray(np.pad(mask, line).astype(np.uint8))
    shrunk = np.asarray(paper.filter(ImageFilter.MinFilter(2 * line + 1)), bool)
    return shrunk[line:-line, line:-line]
