"""What the rules look at of regions, and what is compared of them to tell drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from components.core.boxes import BOXES, LABELS, SIDES, area, to_array
from components.core.regions import (
    MASKS,
    RegionError,
    Size,
    count_pixels,
    find_edges,
    unpack_counts,
)
from pipelines.tasks.shared.boxes.inspection import compare_boxes, describe_box, join_texts

TEXTS = (
    "unmatched_regions",
    "unread_regions",
    "empty_regions",
    "outlying_regions",
    "repeated_regions",
)
ROUNDING = 1e-3
"""What edges lose of their pixels in the table, which holds them as float32."""


class Looked(NamedTuple):
    """What is wrong with a region; null where nothing is.

    Attributes:
        unread: Why it cannot be read.
        empty: That it has no pixel.
        outlying: How far it reaches out of its box.
    """

    unread: str | None = None
    empty: str | None = None
    outlying: str | None = None


def describe_regions(rows: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Puts what the rules look at in the place of the column `masks`.

    The columns are texts, null where there is nothing to say: `unmatched_regions`, when there are
    not as many regions as labels, `unread_regions`, `empty_regions`, `outlying_regions` and
    `repeated_regions`.

    Args:
        rows: The table with the columns of boxes, `masks`, `width` and `height`; the size is null
            where unknown.
        tolerance: How far outside its box a region may reach, in pixels.
    """
    records = rows[[BOXES, LABELS, MASKS, "width", "height"]].to_dict("records")
    described = [_describe(row, tolerance) for row in records]
    texts = pd.DataFrame(described, rows.index, TEXTS, dtype=object)
    return pd.concat([rows.drop(columns=MASKS), texts], axis=1)


def _describe(row: Mapping[Any, Any], tolerance: float) -> dict[str, str | None]:
    labels, counts = (_listed(row[name]) for name in (LABELS, MASKS))
    if len(counts) != len(labels):
        return {"unmatched_regions": f"{MASKS} has {len(counts)} values for {len(labels)} labels"}
    if len(_listed(row[BOXES])) != SIDES * len(labels) or pd.isna(row["width"]):
        return {}  # rules of boxes and images tell
    boxes = to_array(row[BOXES])
    names = [describe_box(at, labels[at], boxes[at]) for at in range(len(labels))]
    size = int(row["height"]), int(row["width"])
    looked = [look_at(*each, size, tolerance) for each in zip(counts, boxes, strict=True)]
    told = {f"{field}_regions": _tell(names, looked, field) for field in Looked._fields}
    return told | {"repeated_regions": join_texts(_find_repeated(names, labels, counts))}


def _listed(values: Any) -> list[Any]:
    return [] if values is None else list(values)


def _tell(names: Sequence[str], looked: Sequence[Looked], field: str) -> str | None:
    told = ((name, getattr(each, field)) for name, each in zip(names, looked, strict=True))
    return join_texts(f"{name}: {fault}" for name, fault in told if fault)


def look_at(counts: str, box: np.ndarray, size: Size, tolerance: float) -> Looked:
    """Looks into one region.

    Args:
        counts: The region.
        box: x0, y0, x1, y1 of its object.
        size: Of the image.
        tolerance: How far outside the box it may reach, in pixels.
    """
    try:
        edges = find_edges(counts, size)
    except RegionError as error:
        return Looked(unread=str(error))
    if edges is None:
        return Looked(empty="has no pixel")
    beyond = float(np.max((box - edges) * (1, 1, -1, -1)))
    outlying = f"reaches {beyond:.3g} px out of it" if beyond > tolerance + ROUNDING else None
    return Looked(outlying=outlying)


def _find_repeated(
    names: Sequence[str], labels: Sequence[str], counts: Sequence[str]
) -> Iterator[str]:
    """Yields which object has the region, with a pixel, of an earlier one of its class."""
    first: dict[tuple[str, str], int] = {}
    blank = set(find_blank(counts))
    for at, region in enumerate(zip(labels, counts, strict=True)):
        earlier = first.setdefault(region, at)
        if earlier != at and at not in blank:
            yield f"{names[at]}: has the region of box {earlier + 1}"


def find_blank(counts: Iterable[str]) -> list[int]:
    """Which regions have no pixel: their indices; none whose runs are broken."""
    unpacked = enumerate(map(unpack_counts, counts))
    return [at for at, runs in unpacked if runs and min(runs) >= 0 and not any(runs[1::2])]


def compare_regions(rows: pd.DataFrame) -> pd.DataFrame:
    """What is compared to tell drift, a row an image.

    Returns:
        What `compare_boxes` gives; `filled`, the mean over the objects of the share of their box
        that their region fills. Null where there is no object.
    """
    filled = [_mean_filled(*row) for row in zip(rows[BOXES], rows[MASKS], strict=True)]
    return compare_boxes(rows).assign(filled=filled)


def _mean_filled(boxes: Any, counts: Any) -> float:
    pixels = np.array([count_pixels(each) for each in _listed(counts)], np.float64)
    areas = area(to_array(boxes))
    shares = np.divide(pixels, areas, out=np.zeros_like(areas), where=areas > 0)
    return float(np.minimum(shares, 1).mean()) if len(shares) else np.nan
