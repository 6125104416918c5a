"""Regions of pixels, one an object: how the canonical table holds them.

A region is the run-length encoding of COCO as text, as pycocotools packs it: the lengths of runs,
column by column from the upper left, that are in turn outside and inside. Its size is that of the
image. Regions of an image may overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from components.core import boxes

MASKS = "masks"
COLUMNS = (*boxes.COLUMNS, MASKS)

Size = tuple[int, int]
"""Height and width in pixels."""

Encoded = dict[str, Any]
"""A region as pycocotools holds it: `size` and packed `counts`."""


Edges = tuple[float, float, float, float]
"""x0, y0, x1, y1 of a box in pixels."""


class RegionError(ValueError):
    """A region that cannot be read; the message says why."""


def encode_region(mask: np.ndarray) -> str:
    """Packs the pixels of an object.

    Args:
        mask: Which pixels belong to it, bool `[height, width]`.
    """
    from pycocotools import mask as rle

    counts: bytes = rle.encode(np.asfortranarray(mask, np.uint8))["counts"]
    return counts.decode("ascii")


def to_encoded(counts: str, size: Size) -> Encoded:
    """A region as pycocotools takes it.

    Raises:
        RegionError: When the runs are broken or do not cover an image of this size; pycocotools
            itself would read memory at random.
    """
    return {"size": list(size), "counts": pack_counts(check_counts(unpack_counts(counts), size))}


def decode_region(counts: str, size: Size) -> np.ndarray:
    """Which pixels belong to an object, bool `[height, width]`.

    Raises:
        RegionError: When the runs are broken or do not cover an image of this size.
    """
    runs = check_counts(unpack_counts(counts), size)
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(size[::-1]).T


def to_columns(objects: Iterable[tuple[boxes.Box, str]]) -> dict[str, list[Any]]:
    """The label columns of an image, of its objects' boxes and packed regions."""
    listed = list(objects)
    return {**boxes.to_columns(box for box, _ in listed), MASKS: [region for _, region in listed]}


def box_region(counts: str, size: Size, label: str, *, difficult: bool = False) -> boxes.Box:
    """The box around the pixels of a region; without an area where there is none.

    Raises:
        RegionError: When the runs are broken or do not cover an image of this size.
    """
    edges = find_edges(counts, size) or (0.0, 0.0, 0.0, 0.0)
    return boxes.Box(edges, label, difficult=difficult)


def find_edges(counts: str, size: Size) -> Edges | None:
    """The edges of the box around the pixels of a region; None where there is none.

    Raises:
        RegionError: When the runs are broken or do not cover an image of this size.
    """
    runs = np.asarray(check_counts(unpack_counts(counts), size), np.int64)
    ends = np.cumsum(runs)
    inside = (np.arange(len(runs)) % 2 == 1) & (runs > 0)
    if not inside.any():
        return None
    (left, top), (right, bottom) = (
        np.divmod(at[inside], size[0]) for at in (ends - runs, ends - 1)
    )
    if (left != right).any():  # a run goes on from the bottom of a column to the top of the next
        top, bottom = np.array([0]), np.array([size[0] - 1])
    return float(left[0]), float(top.min()), float(right[-1] + 1), float(bottom.max() + 1)


def count_pixels(counts: str) -> int:
    """How many pixels a region has; any number where the runs are broken."""
    return sum(unpack_counts(counts)[1::2])


def pack_counts(counts: Sequence[int]) -> bytes:
    """Packs the lengths of runs as pycocotools does; they must cover an image of some size."""
    from pycocotools import mask as rle

    packed: bytes = rle.frPyObjects({"size": [sum(counts), 1], "counts": list(counts)}, 1, 1)[
        "counts"
    ]
    return packed


def check_counts(counts: Sequence[int], size: Size) -> Sequence[int]:
    """Checks the lengths of runs, and gives them back.

    Raises:
        RegionError: When one is negative or they do not cover an image of this size.
    """
    pixels = size[0] * size[1]
    if min(counts, default=0) < 0 or sum(counts) != pixels:
        raise RegionError(f"counts are broken or do not sum to {pixels} pixels")
    return counts


def unpack_counts(text: str) -> list[int]:
    """Unpacks counts that pycocotools packed; broken text gives wrong numbers.

    A character holds five bits of a number, the lowest first, and a bit that says whether it
    goes on; from the fourth on a number is the difference to the one two before (`rleFrString`
    in https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c).
    """
    counts: list[int] = []
    number = shift = 0
    for code in text.encode():
        number |= (code - 48 & 0x1F) << shift
        shift += 5
        if code - 48 & 0x20:
            continue
        if code - 48 & 0x10:
            number -= 1 << shift
        counts.append(number + (counts[-2] if len(counts) > 2 else 0))
        number = shift = 0
    return counts
