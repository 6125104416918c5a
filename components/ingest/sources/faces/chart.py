"""The chart of the head: a flat map of all directions from the head's centre.

The head is a displaced sphere. A unit vector s has the chart coordinates
(u, v) = (sx, sy) / (VIEWPOINT + sz), a perspective picture of the sphere from behind: the
middle of the chart looks straight ahead, and its border 129 degrees to the side. Relief,
skin and hair are maps on this chart, `[CELLS, CELLS]`.

The layout of a face is given in millimetres as seen from the front, the origin between the
eyes, x to the subject's left, y down, z towards the viewer.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.ingest import portable

Array = NDArray[np.floating[Any]]  # float32; stubs take its products with floats for float64
Bumps = list[list[float]]
"""One smooth bump a row: x, y, half-width and half-height (one standard deviation) in mm of
the layout, and height in any unit."""

CELLS = 192
VIEWPOINT = 1.6  # how far behind the centre the picture of the sphere is taken from
LIMIT = 0.801  # the border: just above the greatest coordinate, 1 / sqrt(VIEWPOINT**2 - 1)
CELLS_PER_UNIT = CELLS / (2 * LIMIT)
SEMI_AXES = np.array([75.0, 115.0, 95.0])
"""Half of an adult head's width, height and depth in mm (rounded from Farkas, 1994)."""


def lift(places: ArrayLike) -> NDArray[np.float64]:
    """Unit vectors, `[..., 3]`, at chart coordinates, `[..., 2]`."""
    uv = np.asarray(places, dtype=float)
    square = (uv**2).sum(axis=-1)
    inside = np.maximum(1 - square * (VIEWPOINT**2 - 1), 0)
    ahead = (np.sqrt(inside) - VIEWPOINT * square) / (1 + square)
    return np.concatenate([uv * (VIEWPOINT + ahead)[..., None], ahead[..., None]], axis=-1)


def place(points: ArrayLike) -> NDArray[np.float64]:
    """Chart coordinates, `[..., 2]`, of millimetres of the layout, `[..., 2]`."""
    front = np.asarray(points, dtype=float) / SEMI_AXES[:2]
    x, y = front[..., 0], front[..., 1]
    ahead = np.sqrt(np.maximum(1 - x * x - y * y, 0))
    return front / (VIEWPOINT + ahead)[..., None]


def mirror(points: ArrayLike) -> NDArray[np.float64]:
    """The same points, `[..., 2]`, on the other side of the face."""
    return np.asarray(points, dtype=float) * np.array([-1, 1])


def shift(points: ArrayLike, x: float, y: float) -> NDArray[np.float64]:
    """The points, `[..., 2]`, moved by (x, y)."""
    return np.asarray(points, dtype=float) + np.array([x, y])


def bumps(table: Bumps) -> Array:
    """A map that is the sum of smooth bumps."""
    rows = np.asarray(table, dtype=np.float32)
    centers = place(rows[:, :2]).astype(np.float32)
    widths = rows[:, 2:4] / ((1 + VIEWPOINT) * SEMI_AXES[:2]).astype(np.float32)
    apart = [(AXIS - centers[:, k, None]) / widths[:, k, None] for k in (0, 1)]
    x, y = (portable.exp(-0.5 * each**2) for each in apart)
    return portable.product((y * rows[:, 4:]).T, x)


def both_sides(table: Bumps) -> Bumps:
    """The bumps of the left half of a face and their mirror images."""
    return [[sign * x, *rest] for x, *rest in table for sign in (1, -1)]


AXIS = ((np.arange(CELLS) + 0.5) / CELLS_PER_UNIT - LIMIT).astype(np.float32)
U, V = np.meshgrid(AXIS, AXIS)
DIRECTIONS = tuple(np.moveaxis(lift(np.stack([U, V], axis=-1)).astype(np.float32), -1, 0))
"""The three coordinates of each cell's unit vector, a map each."""
