"""Which found object is which true one: for pictures and for what is confused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from components.core import boxes
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

    Regions are compared where both have them, or else boxes.

    Args:
        truth: The true objects.
        found: The found ones; all of them.
    """
    overlaps = iou(truth, found)
    alike = truth.classes[:, np.newaxis] == found.classes
    order = np.lexsort((-overlaps.ravel(), ~alike.ravel()))
    taken, used, pairs = set[int](), set[int](), []
    for at in order[overlaps.ravel()[order] >= OVERLAP].tolist():
        true, guess = divmod(at, len(found.boxes))
        if true not in taken and guess not in used:
            taken.add(true)
            used.add(guess)
            pairs.append((true, guess))
    forgiven = (_share_within(truth, found)[truth.ignored] >= OVERLAP).any(axis=0)
    return Matched(
        [pair for pair in pairs if not truth.ignored[pair[0]]],
        [at for at in range(len(truth.boxes)) if at not in taken and not truth.ignored[at]],
        [at for at in range(len(found.boxes)) if at not in used and not forgiven[at]],
    )


def iou(truth: Truth, found: Found) -> np.ndarray:
    """Intersection over union of true and found objects, `[truths, founds]`."""
    if truth.regions is None or found.regions is None:
        return boxes.iou(truth.boxes, found.boxes)
    return _compare_regions(truth.regions, found.regions, within=False)


def _share_within(truth: Truth, found: Found) -> np.ndarray:
    """Which share of a found object lies in a true one, `[truths, founds]`; 0 of empty ones."""
    if truth.regions is not None and found.regions is not None:
        return _compare_regions(truth.regions, found.regions, within=True)
    common, sizes = boxes.intersection(truth.boxes, found.boxes), boxes.area(found.boxes)
    return np.divide(common, sizes, out=np.zeros_like(common), where=sizes > 0)


def _compare_regions(truths: Sequence[Any], founds: Sequence[Any], *, within: bool) -> np.ndarray:
    from pycocotools import mask

    if not truths or not founds:
        return np.zeros((len(truths), len(founds)))
    shares: np.ndarray = mask.iou(list(founds), list(truths), [int(within)] * len(truths))
    return np.nan_to_num(shares.T)


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
