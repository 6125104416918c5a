"""What the rules look at of keypoints, and what is compared of them to tell drift."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from components.core.facial_points import COLUMNS, KEYPOINTS, MIRROR_PAIRS


def describe_points(rows: pd.DataFrame) -> pd.DataFrame:
    """Adds what the rules look at to a table with `keypoints`, `width` and `height`.

    The columns are the 30 of `COLUMNS` in pixels, all null where there are not 30 values;
    `coordinates`, the number of values; `labelled_points`; `half_labelled`, the points that
    miss one coordinate; `overhang`, the pixels by which the farthest point is outside the
    image, and `farthest_out`, that point; `swapped`, the pairs whose left point is to the
    left of the right one. Texts are null where there is no such point.
    """
    points = stack_points(rows["keypoints"])
    known = ~np.isnan(points)
    beyond = overhang(points, rows[["width", "height"]].to_numpy(float, na_value=np.nan))
    described = pd.DataFrame(points.reshape(-1, len(COLUMNS)), rows.index, list(COLUMNS))
    described["coordinates"] = [count_values(values) for values in rows["keypoints"]]
    described["labelled_points"] = known.all(axis=2).sum(axis=1)
    described["half_labelled"] = _texts(
        known.any(axis=2) & ~known.all(axis=2), lambda row, point: KEYPOINTS[point]
    )
    farthest = beyond.max(axis=1)
    described["overhang"] = farthest
    described["farthest_out"] = _texts(
        (beyond > 0) & (beyond == farthest[:, None]),
        lambda row, point: "{} at ({:.1f}, {:.1f})".format(KEYPOINTS[point], *points[row, point]),
    )
    left, right = np.transpose(MIRROR_PAIRS)
    described["swapped"] = _texts(
        points[:, left, 0] < points[:, right, 0],
        lambda row, pair: " and ".join(KEYPOINTS[point] for point in MIRROR_PAIRS[pair]),
    )
    return pd.concat([rows, described], axis=1)


def count_values(values: np.ndarray | None) -> int:
    """The number of values of a row's label; 0 for none."""
    return 0 if values is None else len(values)


def stack_points(labels: pd.Series) -> np.ndarray:
    """The labels as float64 `[rows, 15, 2]`; NaN throughout where there are not 30 values."""
    absent = np.full(len(COLUMNS), np.nan)
    usable = [values if count_values(values) == len(COLUMNS) else absent for values in labels]
    return np.array(usable, np.float64).reshape(-1, len(KEYPOINTS), 2)


def overhang(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """How far points are outside their images in pixels, 0 inside and for missing points.

    Args:
        points: `[rows, points, 2]`; pixel centres are at integers.
        sizes: Widths and heights, `[rows, 2]`; NaN where unknown.
    """
    beyond = np.maximum(-0.5 - points, points - (sizes[:, np.newaxis] - 0.5))
    return np.nan_to_num(beyond).max(axis=2).clip(min=0)


def _texts(selected: np.ndarray, say: Callable[[int, int], str]) -> Sequence[str | None]:
    """Says what is selected in each row of a matrix, joined by commas."""
    texts: list[str | None] = [None] * len(selected)
    for row in np.flatnonzero(selected.any(axis=1)).tolist():
        texts[row] = ", ".join(say(row, at) for at in np.flatnonzero(selected[row]).tolist())
    return texts
