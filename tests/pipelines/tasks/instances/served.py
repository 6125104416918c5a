"""Images whose objects are rectangles, as they are read, and what a model serves of them."""

from typing import Any

import numpy as np

from components.core.regions import encode_region
from tests.pipelines.tasks.shared.boxes import served

SIZE = HEIGHT, WIDTH = 48, 64
SIDE = 4

Edges = tuple[int, int, int, int]


def rectangle(edges: Edges) -> np.ndarray:
    """The pixels in a box."""
    mask = np.zeros(SIZE, bool)
    x0, y0, x1, y1 = edges
    mask[y0:y1, x0:x1] = True
    return mask


def row(name: str, *boxes: Edges, labels: tuple[str, ...] = ()) -> dict[str, Any]:
    """A raw example as it is read: labels and masks are bytes."""
    masks = np.array([encode_region(rectangle(box)).encode() for box in boxes])
    size = {"height": HEIGHT, "width": WIDTH}
    return {**served.row(name, *boxes, labels=labels), "masks": masks, **size}


def prediction(*boxes: tuple[float, ...], full: int = 255) -> dict[str, np.ndarray]:
    """As a model serves it of one image: score, class and edges of each box, which it fills."""
    told = served.prediction(*boxes)
    masks = np.full((served.MOST, SIDE, SIDE), full, np.uint8)
    return {**told, "masks": masks, "size": np.array(SIZE, np.int32)}
