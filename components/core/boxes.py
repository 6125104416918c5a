"""Boxes around objects: how the canonical table holds them, and their geometry.

A box is x0, y0, x1, y1 in pixels, x to the right and y down: its left, upper, right and lower
edge. Edges lie between pixels: a box around the whole image is 0, 0, width, height.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

BOXES, LABELS, DIFFICULT, CROWD = "boxes", "labels", "difficult", "crowd"
COLUMNS = (BOXES, LABELS, DIFFICULT, CROWD)
SIDES = 4


@dataclass(frozen=True)
class Box:
    """A labelled box.

    Attributes:
        edges: x0, y0, x1, y1 in pixels.
        label: The class.
        difficult: Whether it is too hard to be asked for: found or not, it does not count.
        crowd: Whether it is around many objects that nobody told apart; boxes found in it do
            not count either.
    """

    edges: tuple[float, float, float, float]
    label: str
    difficult: bool = False
    crowd: bool = False


def to_columns(boxes: Iterable[Box]) -> dict[str, list[Any]]:
    """The label columns of an image: `boxes` is flat, the others have an entry a box."""
    listed = list(boxes)
    return {
        BOXES: [float(edge) for box in listed for edge in box.edges],
        LABELS: [box.label for box in listed],
        DIFFICULT: [int(box.difficult) for box in listed],
        CROWD: [int(box.crowd) for box in listed],
    }


def to_array(values: Any) -> np.ndarray:
    """The boxes of a row of the table, float64 `[boxes, 4]`; none where there is no value."""
    flat = np.asarray([] if values is None else values, np.float64)
    return flat.reshape(-1, SIDES)


def area(boxes: np.ndarray) -> np.ndarray:
    """Width times height in square pixels, 0 where an edge is beyond its opposite, `[...]`.

    Args:
        boxes: Float `[..., 4]`.
    """
    sizes: np.ndarray = np.maximum(boxes[..., 2:] - boxes[..., :2], 0)
    return sizes[..., 0] * sizes[..., 1]


def clip(boxes: np.ndarray, width: float, height: float) -> np.ndarray:
    """The parts of boxes that lie inside an image, of the same shape; may be empty."""
    return np.clip(boxes, 0, (width, height, width, height))


def intersection(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The area that each box shares with each of others, `[n, m]` of `[n, 4]` and `[m, 4]`."""
    low = np.maximum(first[:, np.newaxis, :2], second[:, :2])
    high = np.minimum(first[:, np.newaxis, 2:], second[:, 2:])
    return area(np.concatenate([low, high], axis=-1))


def iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of each box with each of others, in [0, 1]; 0 of empty ones.

    Args:
        first: Float `[n, 4]`.
        second: Float `[m, 4]`.

    Returns:
        Float `[n, m]`.
    """
    common = intersection(first, second)
    union = area(first)[:, np.newaxis] + area(second) - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def giou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Generalised intersection over union, in (-1, 1]: below 0 for boxes that lie apart.

    Rezatofighi et al., 2019, "Generalized Intersection over Union: A Metric and A Loss for
    Bounding Box Regression".

    Args:
        first: Float `[n, 4]`, none empty.
        second: Float `[m, 4]`, none empty.

    Returns:
        Float `[n, m]`.
    """
    common = intersection(first, second)
    union = area(first)[:, np.newaxis] + area(second) - common
    low = np.minimum(first[:, np.newaxis, :2], second[:, :2])
    high = np.maximum(first[:, np.newaxis, 2:], second[:, 2:])
    hull = area(np.concatenate([low, high], axis=-1))
    return common / union - (hull - union) / hull
