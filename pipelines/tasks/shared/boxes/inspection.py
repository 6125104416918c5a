"""What the rules look at of boxes, and what is compared of them to tell drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from components.core.boxes import BOXES, COLUMNS, CROWD, DIFFICULT, LABELS, SIDES, area, to_array

TEXTS = ("incomplete", "empty_boxes", "outside_boxes", "unknown_labels", "repeated_boxes")


def count_column(name: str) -> str:
    """The column with the number of an image's boxes of a class."""
    return f"boxes_of_{name}"


def describe_boxes(rows: pd.DataFrame, classes: Sequence[str], tolerance: float) -> pd.DataFrame:
    """Adds what the rules look at to a table with the columns of boxes, `width` and `height`.

    The columns are `box_count`; `without_boxes`, 1.0 where there is none; the number of boxes of
    each class; and texts, null where there is nothing to say: `incomplete`, when the columns do
    not fit together, `empty_boxes`, `outside_boxes`, `unknown_labels` and `repeated_boxes`.

    Args:
        rows: The table, without the images.
        classes: The classes that are known.
        tolerance: How far outside the image a box may reach, in pixels.
    """
    records = rows[[*COLUMNS, "width", "height"]].to_dict("records")
    described = [_describe(row, classes, tolerance) for row in records]
    columns = ["box_count", "without_boxes", *map(count_column, classes)]
    table = pd.DataFrame(described, rows.index, [*columns, *TEXTS])
    table[list(TEXTS)] = table[list(TEXTS)].astype(object)
    return pd.concat([rows, table], axis=1)


def _describe(row: Mapping[Any, Any], classes: Sequence[str], tolerance: float) -> dict[str, Any]:
    labels = [] if row[LABELS] is None else list(row[LABELS])
    described: dict[str, Any] = {"box_count": len(labels), "without_boxes": float(not labels)}
    counts = Counter(labels)
    described |= {count_column(name): float(counts[name]) for name in classes}
    described["incomplete"] = _misfit(row, len(labels))
    if described["incomplete"]:
        return described
    boxes = to_array(row[BOXES])
    size = np.array([row["width"], row["height"]] * 2, np.float64)
    beyond = np.nan_to_num(np.maximum(-boxes, boxes - size)).max(axis=1, initial=0)
    seen = Counter(zip(labels, map(tuple, boxes.tolist()), strict=True))
    tell = _teller(boxes, labels)
    return described | {
        "empty_boxes": tell(find_empty(boxes)),
        "outside_boxes": tell(np.flatnonzero(beyond > tolerance)),
        "unknown_labels": join_texts(repr(name) for name in counts if name not in classes),
        "repeated_boxes": join_texts(f"{name} {_edges(box)}" for name, box in _repeated(seen)),
    }


def _repeated(seen: Mapping[Any, int]) -> Iterator[Any]:
    return (each for each, times in seen.items() if times > 1)


def _misfit(row: Mapping[Any, Any], labels: int) -> str | None:
    """Says which column has not an entry, or four, for each label."""
    wanted = {BOXES: SIDES * labels, DIFFICULT: labels, CROWD: labels}
    found = {name: 0 if row[name] is None else len(row[name]) for name in wanted}
    return join_texts(
        f"{name} has {found[name]} values for {labels} labels"
        for name, count in wanted.items()
        if found[name] != count
    )


def find_empty(boxes: np.ndarray) -> np.ndarray:
    """Which boxes have no area, or an edge that is no number: their indices."""
    positive = (boxes[:, 2:] > boxes[:, :2]).all(axis=1) & np.isfinite(boxes).all(axis=1)
    return np.flatnonzero(~positive)


def leave_out(
    labels: Mapping[str, Any], why: Mapping[int, str]
) -> tuple[dict[str, Any], list[str]]:
    """The label columns of an image without some of its boxes.

    Args:
        labels: The columns; those other than `boxes` have an entry a box.
        why: What is wrong with each of those that are left out, by their indices.

    Returns:
        The columns, and a line a box on what was left out.
    """
    boxes = to_array(labels[BOXES])
    kept = [at for at in range(len(boxes)) if at not in why]
    left = {name: [values[at] for at in kept] for name, values in labels.items() if name != BOXES}
    told = [f"{describe_box(at, labels[LABELS][at], boxes[at])} {why[at]}" for at in sorted(why)]
    return {**left, BOXES: boxes[kept].ravel().tolist()}, told


def _teller(boxes: np.ndarray, labels: Sequence[str]) -> Callable[[np.ndarray], str | None]:
    def tell(chosen: np.ndarray) -> str | None:
        return join_texts(describe_box(at, labels[at], boxes[at]) for at in chosen.tolist())

    return tell


def describe_box(at: int, label: str, box: np.ndarray) -> str:
    """Which box it is: `box 3 (RBC 504, 337, 504, 337)`; boxes count from 1."""
    return f"box {at + 1} ({label} {_edges(box)})"


def _edges(box: Iterable[float]) -> str:
    return ", ".join(f"{edge:g}" for edge in box)


def join_texts(texts: Iterable[str]) -> str | None:
    """What the rules look at: all that is told of an image; None where that is nothing."""
    return "; ".join(texts) or None


def compare_boxes(rows: pd.DataFrame) -> pd.DataFrame:
    """What is compared to tell drift, a row an image.

    Returns:
        `labels`, the classes of the boxes; `boxes`, how many; `box_side`, the mean over the boxes
        of the root of their area, as a share of that of the image. Null where there is no box.
    """
    labels = [[] if row is None else list(row) for row in rows[LABELS]]
    sides = zip(rows[BOXES], rows["width"], rows["height"], strict=True)
    return pd.DataFrame(
        {
            LABELS: [row or None for row in labels],
            BOXES: [float(len(row)) for row in labels],
            "box_side": [_mean_side(*row) for row in sides],
        },
        rows.index,
    )


def _mean_side(boxes: Any, width: float, height: float) -> float:
    areas = area(to_array(boxes))
    return float(np.sqrt(areas / (width * height)).mean()) if len(areas) else np.nan
