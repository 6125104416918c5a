"""Eight edge filters made by hand and the poolings of a case study, on any photo."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image
from scipy.ndimage import correlate

SIDE = 300
DIRECTIONS = tuple(range(0, 360, 45))
POOLS = (5, 10, 30)
RING = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
"""The border of a 3x3 filter, clockwise."""
NORTH = (1, 1, 1, 0, -1, -1, -1, 0)


def edge_filters() -> np.ndarray:
    """Prewitt's filter (1970) in eight directions, float `[8, 3, 3]`, each turned by 45 degrees.

    The first is greatest at an edge with the bright side above.
    """
    filters = np.zeros((len(DIRECTIONS), 3, 3))
    for turn in range(len(DIRECTIONS)):
        for place, value in zip(RING, np.roll(NORTH, turn), strict=True):
            filters[turn][place] = value
    return filters


def grey_square(photo: Image.Image) -> np.ndarray:
    """A photo as 300x300 grey values in 0 to 1."""
    return np.asarray(photo.convert("L").resize((SIDE, SIDE)), np.float64) / 255


def edges(grey: np.ndarray) -> np.ndarray:
    """The edges of an image, below 0 cut off; zero padding keeps its size.

    Args:
        grey: `[height, width]`.

    Returns:
        `[height, width, 8]`, a map a direction.
    """
    maps = [correlate(grey, each, mode="constant") for each in edge_filters()]
    return np.maximum(np.stack(maps, axis=-1), 0)


def max_pool(maps: np.ndarray, side: int) -> np.ndarray:
    """The greatest value in each square, which moves by one pixel.

    Args:
        maps: `[height, width, channels]`.
        side: Of the square.

    Returns:
        `[height - side + 1, width - side + 1, channels]`.
    """
    rows = sliding_window_view(maps, side, axis=0).max(axis=-1)
    return sliding_window_view(rows, side, axis=1).max(axis=-1)


def pool_depth(maps: np.ndarray) -> np.ndarray:
    """The greatest of all maps at each place, `[height, width, 1]`."""
    return maps.max(axis=-1, keepdims=True)


def case_study(photo: Image.Image) -> Mapping[str, np.ndarray]:
    """The maps of a photo by what was done to it, each `[rows, columns, maps]`."""
    found = edges(grey_square(photo))
    pooled = {f"max pooling {side}x{side}": max_pool(found, side) for side in POOLS}
    return {"eight directions": found, **pooled, "max pooling over depth": pool_depth(found)}
