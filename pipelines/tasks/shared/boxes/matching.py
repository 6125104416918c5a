"""Which found object is which true one: for pictures and for what is confused."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from components.core.boxes import iou
from pipelines.tasks.shared.boxes.objects import Found, Truth

OVERLAP = 0.5
"""The least IoU of an object that is found."""


class Matched(NamedTuple):
    """What became of the objects of an image; those that do not count are in none.

    Attributes:
        pairs: Places of truth and found object that are one, whatever their classes.
        missed: Places of true objects without a found one.
        false: Places of found objects without a true one.
    """

    pairs: list[tuple[int, int]]
    missed: list[int]
    false: list[int]


def match(truth: Truth, found: Found) -> Matched:
    """Pairs the objects of an image, those that overlap most first, equal classes before others.

    Args:
        truth: The true objects.
        found: The found ones; all of them.
    """
    overlaps = iou(truth.boxes, found.boxes)
    alike = truth.classes[:, np.newaxis] == found.classes
    order = np.lexsort((-overlaps.ravel(), ~alike.ravel()))
    taken, used, pairs = set[int](), set[int](), []
    for at in order[overlaps.ravel()[order] >= OVERLAP].tolist():
        true, guess = divmod(at, len(found.boxes))
        if true not in taken and guess not in used:
            taken.add(true)
            used.add(guess)
            pairs.append((true, guess))
    free = [at for at in range(len(found.boxes)) if at not in used]
    return Matched(
        [pair for pair in pairs if not truth.ignored[pair[0]]],
        [at for at in range(len(truth.boxes)) if at not in taken and not truth.ignored[at]],
        [at for at in free if not _is_ignored(at, truth, found)],
    )


def _is_ignored(at: int, truth: Truth, found: Found) -> bool:
    """Whether a found object lies for the most part in a truth that does not count."""
    from components.core.boxes import area, intersection

    box = found.boxes[at : at + 1]
    inside = intersection(box, truth.boxes[truth.ignored])
    return bool((inside >= OVERLAP * area(box)[:, np.newaxis]).any() and area(box)[0] > 0)


class Counts(NamedTuple):
    """How many objects of an image are found.

    Attributes:
        right: Pairs of one class.
        total: True and found objects together.
    """

    right: int
    total: int


def count(truth: Truth, found: Found, matched: Matched) -> Counts:
    """Counts the objects of an image; those that do not count are left out."""
    right = sum(truth.classes[true] == found.classes[guess] for true, guess in matched.pairs)
    total = 2 * len(matched.pairs) + len(matched.missed) + len(matched.false)
    return Counts(int(right), total)


def f1(truth: Truth, found: Found, matched: Matched) -> float:
    """The harmonic mean of precision and recall of an image; NaN where there is no object."""
    counts = count(truth, found, matched)
    return 2 * counts.right / counts.total if counts.total else np.nan


def confusion(truth: Truth, found: Found, matched: Matched, classes: int) -> np.ndarray:
    """Pairs by true (row) and found class; the last row and column are the background.

    Returns:
        int64 `[classes + 1, classes + 1]`: missed objects are found as background, false ones
        are truly background.
    """
    matrix = np.zeros((classes + 1, classes + 1), np.int64)
    for true, guess in matched.pairs:
        matrix[truth.classes[true], found.classes[guess]] += 1
    matrix[:, classes] += np.bincount(truth.classes[matched.missed], minlength=classes + 1)
    matrix[classes] += np.bincount(found.classes[matched.false], minlength=classes + 1)
    return matrix
