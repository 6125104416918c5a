"""Images with boxes as they are read, and what a model serves of them."""

import io
from typing import Any

import numpy as np
from PIL import Image

CLASSES = ("cat", "dog")
MOST = 4


def picture() -> bytes:
    contents = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(contents, "PNG")
    return contents.getvalue()


def row(name: str, *boxes: tuple[float, ...], labels: tuple[str, ...] = ()) -> dict[str, Any]:
    """A raw example as it is read: labels are bytes."""
    return {
        "image": picture(),
        "image_path": name,
        "boxes": np.array(boxes, np.float32).ravel(),
        "labels": np.array([label.encode() for label in labels]),
        "difficult": np.zeros(len(boxes), np.int64),
        "crowd": np.zeros(len(boxes), np.int64),
    }


def prediction(*boxes: tuple[float, ...]) -> dict[str, np.ndarray]:
    """As a model serves it of one image: score, class and edges of each box."""
    rows = np.zeros((MOST, 6), np.float32)
    rows[: len(boxes)] = np.reshape(boxes, (-1, 6))
    return {
        "boxes": rows[:, 2:],
        "scores": rows[:, 0],
        "classes": rows[:, 1].astype(np.int32),
        "count": np.int32(len(boxes)),
    }


def batch(*predictions: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.stack([each[name] for each in predictions]) for name in predictions[0]}
