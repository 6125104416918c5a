"""Finds which point of the head each pixel shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from components.ingest.sources.faces.chart import Array
from components.ingest.sources.faces.head import Head
from components.ingest.sources.faces.pose import Pose

BLOCK = 5  # pixels between the rays of the first pass
WITHIN_Y, WITHIN_X = np.divmod(np.arange(BLOCK**2, dtype=np.float32), BLOCK)
REACH = np.float32(180)  # mm from the head's centre, outside every head
STRIDE = np.float32(110)  # mm that a ray moves for a gap of 1: about half of the head's depth
NEAR = 0.05  # the gap at which a ray has met the head


@dataclass(frozen=True)
class Hits:
    """What the rays through an image's pixels met.

    Attributes:
        pixels: Flat indices of the pixels that show the head, `[n]`.
        cells: Flat index of the chart cell that each of them shows, `[n]`.
        depth: How near to the camera each pixel is, in mm from the head's centre,
            `[side, side]`; `-REACH` where the head is not.
    """

    pixels: NDArray[np.intp]
    cells: NDArray[np.intp]
    depth: Array


def cast(head: Head, pose: Pose, side: int) -> Hits:
    """Sends a ray through each pixel of a square image.

    A coarse pass tells where the head is and how near, so that the fine one is short.
    """
    blocks = np.arange(0, side, BLOCK, dtype=np.float32)
    y, x = (grid.ravel() for grid in np.meshgrid(blocks, blocks, indexing="ij"))
    middle = np.float32(BLOCK // 2)
    depth, gap, _ = march(head, pose, x + middle, y + middle, np.full(x.shape, REACH), steps=7)
    depth = np.where(gap < 2 * NEAR, depth, -REACH).reshape(len(blocks), len(blocks))
    start = maximum_filter(depth, size=3).ravel()
    near = np.flatnonzero(start > -REACH)
    x, y = (x[near, None] + WITHIN_X).ravel(), (y[near, None] + WITHIN_Y).ravel()
    depth, gap, cells = march(head, pose, x, y, start[near].repeat(BLOCK**2), steps=4)
    met = np.flatnonzero(gap < NEAR)
    pixels = (y * side + x).astype(np.intp)[met]
    image = np.full(side * side, -REACH, np.float32)
    image[pixels] = depth[met]
    return Hits(pixels, cells[met], image.reshape(side, side))


def march(
    head: Head, pose: Pose, x: Array, y: Array, depth: Array, steps: int
) -> tuple[Array, Array, NDArray[np.intp]]:
    """Moves along the rays through pixels (x, y) from a depth in mm towards the head.

    Each step is in proportion to the gap to the surface, as in sphere tracing.

    Returns:
        The depth, the gap that is left and the chart cell, `[n]` each.
    """
    right, below, ahead = (pose.rotation / head.axes).astype(np.float32)
    left, top, scale = np.array([*pose.offset, pose.scale], np.float32)
    across, down = (x - left) / scale, (y - top) / scale
    base = [across * right[k] + down * below[k] for k in range(3)]
    for _ in range(steps):
        gap, cells = head.gap(*(base[k] + depth * ahead[k] for k in range(3)))
        depth = depth - STRIDE * gap
    return depth, gap, cells
