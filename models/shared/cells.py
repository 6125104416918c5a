"""The cells of detectors: places in an image, each of which finds the objects around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

STRIDES = (8, 16, 32)
"""Distances of the cells in pixels, fine to coarse, where nothing else is said."""

GRID = 7
"""Rows and columns of the one grid of YOLO's first version."""


def cell_centres(height: int, width: int, strides: Sequence[int]) -> np.ndarray:
    """The cells of several strides, in the order of the strides, row by row.

    As many fit as the image has once it is filled up to a multiple of the coarsest stride.

    Args:
        height: Of the image in pixels.
        width: Of the image in pixels.
        strides: Distances of the cells in pixels.

    Returns:
        x and y of each cell's centre, and its stride, in pixels, float32 `[cells, 3]`.
    """
    coarsest = max(strides)
    sides = [-(-side // coarsest) * coarsest for side in (height, width)]
    grids = []
    for stride in strides:
        rows, columns = np.indices([side // stride for side in sides])
        x, y = ((each.ravel() + 0.5) * stride for each in (columns, rows))
        grids.append(np.stack([x, y, np.full(x.shape, stride)], axis=1))
    return np.concatenate(grids).astype(np.float32)
