"""Boxes drawn on pictures, each class in its colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from components.core.boxes import BOXES, CROWD, DIFFICULT, LABELS, to_array
from components.core.pictures import font
from components.core.text import word
from pipelines.tasks.shared.palette import palette

LEAST_SIDE = 480
"""The longer side of a picture in pixels, below which it is enlarged."""

Ink = str | tuple[int, int, int]

Edges = tuple[float, float, float, float]

LETTERS, LINE = 13, 2
"""The height of letters and the width of lines in pixels, in pictures of up to `USUAL_SIDE`."""

USUAL_SIDE = 640
"""The longer side of a picture in pixels, above which letters and lines grow along."""

PALE = "#9aa0a6"
"""The colour of what does not count, and of what is no known class."""


class Drawn(NamedTuple):
    """A box as it is drawn.

    Attributes:
        edges: x0, y0, x1, y1 in pixels of the picture.
        text: What is written at it; may be empty.
        colour: Of the line and behind the text.
    """

    edges: Sequence[float]
    text: str
    colour: Ink


def draw_boxes(picture: Image.Image, boxes: Sequence[Drawn]) -> Image.Image:
    """The picture, enlarged by a whole number if it is small, with boxes on it.

    Args:
        picture: Of any mode.
        boxes: In pixels of the picture; later ones are drawn over earlier ones, and their texts
            have the better places.

    Returns:
        A new RGB image.
    """
    paper = enlarge(picture)
    times = paper.width // picture.width
    pen = ImageDraw.Draw(paper)
    line = line_width(paper.size)
    for box in boxes:
        x0, y0, x1, y1 = (edge * times for edge in box.edges)
        if x1 - x0 >= 1 and y1 - y0 >= 1:
            pen.rectangle((x0, y0, x1 - 1, y1 - 1), outline=box.colour, width=line)
    taken: list[Edges] = []
    for box in reversed(boxes):
        taken += _write(pen, box, times, paper.size, taken)
    return paper


def enlarge(picture: Image.Image) -> Image.Image:
    """A picture in RGB, a whole number of times as large if it is small; a new image."""
    times = max(1, -(-LEAST_SIDE // max(picture.size)))
    size = (picture.width * times, picture.height * times)
    return picture.convert("RGB").resize(size, Image.Resampling.NEAREST)


def draw_truth(
    picture: Image.Image, labels: Mapping[str, Any], classes: Sequence[str]
) -> Image.Image:
    """A picture with the boxes of a row of the table; pale are those that do not count."""
    return draw_boxes(picture, true_boxes(labels, classes))


def true_boxes(labels: Mapping[str, Any], classes: Sequence[str]) -> list[Drawn]:
    """The boxes of a row of the table, as they are drawn."""
    names = [_text(name) for name in labels[LABELS]]
    ignored = np.asarray(labels[DIFFICULT], bool) | np.asarray(labels[CROWD], bool)
    boxes = to_array(labels[BOXES]).tolist()
    return [
        Drawn(edges, name, PALE if pale else colour_of(name, classes))
        for edges, name, pale in zip(boxes, names, ignored.tolist(), strict=True)
    ]


def colour_of(name: str, classes: Sequence[str]) -> Ink:
    """The colour of a class."""
    if name not in classes:
        return PALE
    red, green, blue = palette()[classes.index(name) % (len(palette()) - 1)].tolist()
    return red, green, blue


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def line_width(size: tuple[int, int]) -> int:
    """The width of lines in a picture of a size, in pixels."""
    return LINE * _growth(size)


def _growth(size: tuple[int, int]) -> int:
    """How many times as large as usual letters and lines are in a picture of a size."""
    return max(1, round(max(size) / USUAL_SIDE))


def _write(
    pen: ImageDraw.ImageDraw,
    box: Drawn,
    times: int,
    size: tuple[int, int],
    taken: Sequence[Edges],
) -> list[Edges]:
    """Writes a box's text at its left edge, and says where."""
    if not box.text:
        return []
    text, letters = word(box.text), font(LETTERS * _growth(size))
    left, top, right, bottom = letters.getbbox(text)
    edges = [edge * times for edge in box.edges]
    x, y = _find_place(edges, (right - left + 4, bottom - top + 4), size, taken)
    place = (x, y, x + right - left + 4, y + bottom - top + 4)
    pen.rectangle(place, fill=box.colour)
    pen.text((x + 2 - left, y + 2 - top), text, fill=_contrast(box.colour), font=letters)
    return [place]


def _find_place(
    box: Sequence[float], text: tuple[float, float], size: tuple[int, int], taken: Sequence[Edges]
) -> tuple[float, float]:
    """The upper left corner of a text in the picture, at a box: above, within or below it.

    The first of these that hides no other text is taken, or else the first.
    """
    (x0, y0, _, y1), (width, height) = box, text
    x = min(max(x0, 0), size[0] - width)
    inside = [y for y in (y0 - height, y0, y1, y1 - height) if 0 <= y <= size[1] - height]
    places = [(x, y) for y in inside or [0]]
    return next((each for each in places if not _hides(each, text, taken)), places[0])


def _hides(place: tuple[float, float], text: tuple[float, float], taken: Sequence[Edges]) -> bool:
    (x, y), (width, height) = place, text
    return any(
        x < right and x + width > left and y < bottom and y + height > top
        for left, top, right, bottom in taken
    )


def _contrast(colour: Ink) -> str:
    """Black on light colours, white on dark ones."""
    if isinstance(colour, str):
        return "black"
    red, green, blue = colour
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"
