"""Panoptic quality: how well an image is parted into segments, be they things or stuff.

Kirillov et al., 2019, "Panoptic Segmentation", sections 4.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.core.regions import Encoded
from pipelines.tasks.instances.objects import decode
from pipelines.tasks.shared.boxes.objects import Found, Truth

NONE = -1
"""The class of void: pixels of which nobody knows what they show."""

OVERLAP = 0.5
"""Of more intersection over union than this, one pair at most is possible."""

LEAST_LEFT = 0.5
"""The least share of its pixels that a segment keeps beside surer ones, or else it is dropped."""


@dataclass(frozen=True, eq=False)
class Segments:
    """The segments of an image, which do not overlap.

    Attributes:
        ids: The segment of each pixel, from 1, int `[height, width]`; 0 where there is none: of a
            truth, what is of no class.
        classes: Index of the class of each segment, the first first, int64 `[segments]`; `NONE`
            for void.
        ignored: Which do not count, such as crowds, bool `[segments]`; void never does.
    """

    ids: np.ndarray
    classes: np.ndarray
    ignored: np.ndarray


@dataclass(frozen=True, eq=False)
class Tally:
    """What is counted of each class, float64 `[..., classes]`.

    Attributes:
        overlap: The sum of the intersection over union of those that are found.
        right: How many are found.
        false: How many are found that are none.
        missed: How many are not found.
    """

    overlap: np.ndarray
    right: np.ndarray
    false: np.ndarray
    missed: np.ndarray


def of_truth(truth: Truth, size: tuple[int, int]) -> Segments:
    """The true things of an image; where they overlap, the smaller one is on top."""
    order = np.argsort(truth.sizes, kind="stable")
    ids = flatten(truth.regions or [], order, size)
    return Segments(ids, truth.classes, truth.ignored)


def of_found(found: Found, size: tuple[int, int]) -> Segments:
    """The things that are found in an image; where they overlap, the surer one is on top.

    What is left of one that is hidden for the most part is dropped.
    """
    order = np.argsort(-found.scores, kind="stable")
    ids = flatten(found.regions or [], order, size, LEAST_LEFT)
    return Segments(ids, found.classes, np.zeros(len(found.classes), bool))


def compare(truth: Segments, found: Segments, classes: int) -> Tally:
    """Counts what is found of an image, class by class.

    A true and a found segment of one class are one where their intersection over union, without
    void, is above a half. A found one does not count of which more than half is void or in ignored
    segments of its class.

    Args:
        truth: The true segments.
        found: Those that are found, none ignored.
        classes: How many classes there are.
    """
    common = _cross(truth, found)
    void = truth.classes == NONE
    sizes = common.sum(axis=0)[1:]
    inside = common[1:, 1:]
    known = sizes - inside[void].sum(axis=0)
    union = common[1:].sum(axis=1)[:, np.newaxis] + known - inside
    alike = truth.classes[:, np.newaxis] == found.classes
    overlap = np.where(alike, inside / np.maximum(union, 1), 0.0)
    pairs = (overlap > OVERLAP) & ~(truth.ignored | void)[:, np.newaxis]
    true, guess = np.nonzero(pairs)
    forgiven = (inside * (void[:, np.newaxis] | alike & truth.ignored[:, np.newaxis])).sum(axis=0)
    false = ~pairs.any(axis=0) & (sizes > 0) & (forgiven <= sizes / 2)
    there = common[1:].sum(axis=1) > 0
    missed = ~pairs.any(axis=1) & ~truth.ignored & ~void & there
    return Tally(
        np.bincount(found.classes[guess], overlap[true, guess], minlength=classes),
        *(
            np.bincount(each, minlength=classes).astype(np.float64)
            for each in (found.classes[guess], found.classes[false], truth.classes[missed])
        ),
    )


def total(tallies: Sequence[Tally], times: np.ndarray | None = None) -> Tally:
    """The sum of the tallies of images.

    Args:
        tallies: One an image, one at least.
        times: How often each image counts, int64 `[images]`; None for once.
    """
    weights = np.ones(len(tallies)) if times is None else times
    return Tally(
        *(
            weights @ np.stack([getattr(each, name) for each in tallies])
            for name in ("overlap", "right", "false", "missed")
        )
    )


def panoptic_quality(tally: Tally) -> dict[str, float]:
    """The means over the classes of which there is a true or a found segment.

    Returns:
        `panoptic_quality`, the product of the others for each class; `recognition_quality`, the
        F1 of its segments; `segmentation_quality`, the mean intersection over union of those that
        are found. Nothing where there is no segment.
    """
    counted = tally.right + (tally.false + tally.missed) / 2
    there = counted > 0
    if not there.any():
        return {}
    overlap, right, all_of = tally.overlap[there], tally.right[there], counted[there]
    return {
        "panoptic_quality": float(np.mean(overlap / all_of)),
        "recognition_quality": float(np.mean(right / all_of)),
        "segmentation_quality": float(np.mean(overlap / np.maximum(right, 1))),
    }


def flatten(
    regions: Sequence[Encoded], order: np.ndarray, size: tuple[int, int], least: float = 0.0
) -> np.ndarray:
    """Draws regions into one map.

    Args:
        regions: Of the image's size.
        order: The places of those that are drawn, the uppermost first.
        size: Height and width of the image.
        least: The least share of its pixels that a region must keep, or else it is dropped.

    Returns:
        The place of the region of each pixel, from 1, 0 where there is none, int32
        `[height, width]`.
    """
    ids = np.zeros(size, np.int32)
    for at in order.tolist():
        mask = decode(regions[at])
        free = mask & (ids == 0)
        if free.sum() >= least * mask.sum():
            ids[free] = at + 1
    return ids


def _cross(truth: Segments, found: Segments) -> np.ndarray:
    """How many pixels each pair has in common, `[1 + truths, 1 + founds]`; the first are none."""
    rows, columns = len(truth.classes) + 1, len(found.classes) + 1
    pairs = truth.ids.ravel().astype(np.int64) * columns + found.ids.ravel()
    return np.bincount(pairs, minlength=rows * columns).reshape(rows, columns)
