"""Draws keypoints onto images, with smooth edges and at fractions of a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor

from components.core.facial_points import GROUPS, KEYPOINTS

SIDE = 480
"""Pixels to which the longer side of a smaller image is enlarged."""

RADIUS = 1 / 80
"""Radius of a dot as a share of the image's longer side."""

EDGE = "#16191d"

GROUP_COLOURS = {
    "eye_centers": "#35c4ff",
    "eye_corners": "#7ef29a",
    "brows": "#ffd43b",
    "nose": "#ff8a3d",
    "mouth": "#ff5d9e",
}

POINT_COLOURS = tuple(
    next(colour for group, colour in GROUP_COLOURS.items() if index in GROUPS[group])
    for index in range(len(KEYPOINTS))
)
"""The colour of each point: that of its group."""


@dataclass(frozen=True, eq=False)
class Marks:
    """Points to draw.

    Attributes:
        points: x and y in pixels of the image, `[points, 2]`; NaN where there is none.
        colours: The colour of each, as Pillow names colours.
        hollow: Whether to draw rings rather than dots.
    """

    points: np.ndarray
    colours: Sequence[str]
    hollow: bool = False


def draw_face(image: Image.Image, points: np.ndarray) -> Image.Image:
    """Draws the points of a face, coloured by the part of the face that they belong to.

    Args:
        image: Of any size and mode; a small one is enlarged.
        points: x and y in pixels of the image, `[15, 2]`; NaN where missing.

    Returns:
        A new RGB image.
    """
    return draw_points(image, [Marks(points, POINT_COLOURS)])


def draw_points(image: Image.Image, layers: Sequence[Marks], side: int = SIDE) -> Image.Image:
    """Enlarges a small image and draws points onto it, the last layer on top.

    Args:
        image: Of any size and mode.
        layers: The points.
        side: The least length of the image's longer side, in pixels.

    Returns:
        A new RGB image.
    """
    scale = max(side / max(image.size), 1.0)
    size = (round(image.width * scale), round(image.height * scale))
    pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BICUBIC), np.float32)
    pixels = pixels.copy()
    for marks in layers:
        places = (marks.points + 0.5) * size / np.array(image.size) - 0.5
        for place, colour in zip(places, marks.colours, strict=True):
            if np.isfinite(place).all():
                _draw_mark(pixels, place, RADIUS * max(size), colour, marks.hollow)
    return Image.fromarray(np.round(pixels).astype(np.uint8))


def _draw_mark(
    pixels: np.ndarray, place: np.ndarray, radius: float, colour: str, hollow: bool
) -> None:
    """A dot with a dark edge, or a ring around the place."""
    if hollow:
        _fill_ring(pixels, place, 1.1 * radius, 2.4 * radius, EDGE)
        _fill_ring(pixels, place, 1.4 * radius, 2.1 * radius, colour)
    else:
        _fill_ring(pixels, place, -1.0, 1.3 * radius, EDGE)
        _fill_ring(pixels, place, -1.0, radius, colour)


def _fill_ring(
    pixels: np.ndarray, place: np.ndarray, inner: float, outer: float, colour: str
) -> None:
    """Paints what lies between two radii; an edge pixel as far as it is covered."""
    low = np.maximum(np.floor(place - outer - 1), 0).astype(int)
    high = np.maximum(np.ceil(place + outer + 2), 0).astype(int)
    window = pixels[low[1] : high[1], low[0] : high[0]]
    rows, columns = np.indices(window.shape[:2])
    distance = np.hypot(columns + low[0] - place[0], rows + low[1] - place[1])
    cover = np.clip(outer + 0.5 - distance, 0, 1) * np.clip(distance - inner + 0.5, 0, 1)
    window += cover[..., np.newaxis] * (np.array(ImageColor.getrgb(colour)) - window)
