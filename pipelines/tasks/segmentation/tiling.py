"""Cuts large images into overlapping tiles and puts predictions together again.

The overlap-tile strategy of Ronneberger et al., 2015, "U-Net": a prediction is worst at the
border of a tile, where it lacks context, so that of two neighbours each keeps the part on
its own side of the middle of their overlap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np


@dataclass(frozen=True)
class Span:
    """A tile along one axis, in pixels of the image.

    Attributes:
        start: Where the tile begins.
        stop: Where it ends; the first pixel behind it.
        first: Where the part that is kept begins.
        last: Where that part ends; the first pixel behind it.
    """

    start: int
    stop: int
    first: int
    last: int


@dataclass(frozen=True)
class Window:
    """A tile of an image.

    Attributes:
        rows: The tile from top to bottom.
        columns: The tile from left to right.
    """

    rows: Span
    columns: Span

    @property
    def tile(self) -> tuple[slice, slice]:
        """The tile as an index of the image, `[height, width, ...]`."""
        return slice(self.rows.start, self.rows.stop), slice(self.columns.start, self.columns.stop)

    @property
    def kept(self) -> tuple[slice, slice]:
        """The part that is kept as an index of the image."""
        return slice(self.rows.first, self.rows.last), slice(self.columns.first, self.columns.last)

    @property
    def inner(self) -> tuple[slice, slice]:
        """The part that is kept as an index of the tile."""
        rows, columns = self.rows, self.columns
        return (
            slice(rows.first - rows.start, rows.last - rows.start),
            slice(columns.first - columns.start, columns.last - columns.start),
        )


def cut(width: int, height: int, tile: int, overlap: int) -> list[Window]:
    """Covers an image with as few tiles of one size as the overlap allows.

    The kept parts cover every pixel once. Each lies at least `overlap // 2` pixels away from
    those borders of its tile that are not borders of the image.

    Args:
        width: Of the image, in pixels.
        height: Of the image, in pixels.
        tile: Side of the tiles; a smaller side of the image is covered by one of its length.
        overlap: The least overlap of neighbours.

    Returns:
        The tiles, row by row.

    Raises:
        ValueError: When the overlap is negative or not smaller than the tile.
    """
    if not 0 <= overlap < tile:
        raise ValueError(f"an overlap of {overlap} pixels does not fit tiles of {tile}")
    axes = (_spans(length, tile, overlap) for length in (height, width))
    return [Window(rows, columns) for rows, columns in product(*axes)]


def stitch(
    masks: Iterable[np.ndarray], windows: Sequence[Window], size: tuple[int, int]
) -> np.ndarray:
    """Puts the masks of tiles together.

    Args:
        masks: The class indices of each tile, uint8 `[height, width]`; taken one at a time.
        windows: The tiles, as `cut` returns them.
        size: Width and height of the image.

    Returns:
        uint8 `[height, width]`.

    Raises:
        ValueError: When there is not one mask a window.
    """
    whole = np.empty(size[::-1], np.uint8)
    for mask, window in zip(masks, windows, strict=True):
        whole[window.kept] = mask[window.inner]
    return whole


def _spans(length: int, tile: int, overlap: int) -> list[Span]:
    """Tiles along one axis, evenly spread."""
    if length <= tile:
        return [Span(0, length, 0, length)]
    steps = -(-(length - tile) // (tile - overlap))
    starts = [step * (length - tile) // steps for step in range(steps + 1)]
    middles = [(left + tile + right) // 2 for left, right in pairwise(starts)]
    edges = pairwise([0, *middles, length])
    return [
        Span(start, start + tile, first, last)
        for start, (first, last) in zip(starts, edges, strict=True)
    ]
