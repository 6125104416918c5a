"""Pascal VOC's average precision, of every point of the curve or of eleven.

Everingham et al., 2010, "The Pascal Visual Object Classes (VOC) Challenge", section 4.2, and, for
every point, the development kit of 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from components.core.boxes import iou
from pipelines.tasks.shared.boxes.objects import Found, Truth

POINTS = np.linspace(0, 1, 11)


class Curve(NamedTuple):
    """Precision and recall with ever more of the objects found, the surest first."""

    precision: np.ndarray
    recall: np.ndarray

    def every_point(self) -> float:
        """The area under the curve, whose precision is the best at that recall or a higher one."""
        recall = np.concatenate([[0.0], self.recall])
        best = np.maximum.accumulate(self.precision[::-1])[::-1]
        return float(np.diff(recall) @ best)

    def eleven_points(self) -> float:
        """The mean of the best precision at recalls of 0, 0.1, ... 1 and above."""
        best = [self.precision[self.recall >= point].max(initial=0.0) for point in POINTS]
        return float(np.mean(best))


def find_curve(
    truths: Sequence[Truth],
    founds: Sequence[Found],
    kind: int,
    overlap: float = 0.5,
    pixel: float = 0.0,
) -> Curve | None:
    """The curve of one class; None where no truth of it counts.

    A found object is right when it overlaps a truth that no surer one has: that one which it
    overlaps most. Objects of equal scores come in the order of the images.

    Args:
        truths: The true objects of each image.
        founds: The found ones.
        kind: The index of the class.
        overlap: The least IoU.
        pixel: What is added to width and height: 1 where edges are numbers of pixels that are
            part of the box, as the development kit has it.
    """
    wanted = sum(int(((each.classes == kind) & ~each.ignored).sum()) for each in truths)
    if not wanted:
        return None
    right, scores = [], []
    for truth, found in zip(truths, founds, strict=True):
        chosen = found.classes == kind
        order = np.argsort(-found.scores[chosen], kind="stable")
        right += _match(truth, found.boxes[chosen][order], kind, overlap, pixel)
        scores.append(found.scores[chosen][order])
    order = np.argsort(-np.concatenate(scores), kind="stable")
    told = np.array(right, float)[order]
    told = told[~np.isnan(told)]
    hits = np.cumsum(told)
    return Curve(hits / np.arange(1, len(told) + 1), hits / wanted)


def mean_precisions(
    truths: Sequence[Truth], founds: Sequence[Found], classes: int
) -> dict[str, float]:
    """`pascal_ap50` and `pascal_11_point_ap50`, the means over the classes that have a truth."""
    found = [find_curve(truths, founds, kind) for kind in range(classes)]
    curves = [curve for curve in found if curve is not None]
    if not curves:
        return {}
    return {
        "pascal_ap50": float(np.mean([curve.every_point() for curve in curves])),
        "pascal_11_point_ap50": float(np.mean([curve.eleven_points() for curve in curves])),
    }


def _match(truth: Truth, boxes: np.ndarray, kind: int, overlap: float, pixel: float) -> list[float]:
    """Whether each box is right: 1, 0, or NaN where it does not count."""
    mine = truth.classes == kind
    wider = np.array([0, 0, pixel, pixel])
    overlaps = iou(boxes + wider, truth.boxes[mine] + wider)
    ignored, taken, told = truth.ignored[mine], set[int](), []
    for row in overlaps:
        best = int(row.argmax()) if row.size else -1
        if best < 0 or row[best] < overlap:
            told.append(0.0)
        elif ignored[best]:
            told.append(np.nan)
        else:
            told.append(float(best not in taken))
            taken.add(best)
    return told
