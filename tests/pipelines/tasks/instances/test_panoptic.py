"""Panoptic quality, against an example worked by hand and a plain loop over pixels and pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.regions import encode_region, to_encoded
from pipelines.tasks.instances.panoptic import (
    NONE,
    Segments,
    compare,
    of_found,
    of_truth,
    panoptic_quality,
    total,
)
from pipelines.tasks.shared.boxes.objects import Found, Truth

SKY, CAR = 0, 1


def segments(ids: object, classes: list[int], ignored: list[int] | None = None) -> Segments:
    flags = np.array(ignored or [0] * len(classes), bool)
    return Segments(np.array(ids), np.array(classes, np.int64), flags)


def test_an_example_worked_by_hand() -> None:
    truth = segments(
        [
            [1, 1, 1, 1, 1, 1, 1, 1],  # sky
            [1, 1, 1, 1, 1, 1, 1, 1],
            [2, 2, 2, 2, 3, 3, 3, 3],  # two cars
            [2, 2, 2, 2, 3, 3, 4, 4],  # and void
        ],
        [SKY, CAR, CAR, NONE],
    )
    found = segments(
        [
            [1, 1, 1, 1, 1, 1, 1, 1],  # sky
            [1, 1, 1, 1, 2, 2, 2, 2],  # a car that is none
            [3, 3, 3, 3, 0, 4, 4, 4],
            [3, 3, 0, 0, 0, 4, 4, 4],
        ],
        [SKY, CAR, CAR, CAR],
    )
    tally = compare(truth, found, 2)
    # the sky: 12 of 16; the left car: 6 of 8; the right one: 4 of 6 without void
    assert tally.overlap.tolist() == pytest.approx([12 / 16, 6 / 8 + 4 / 6])
    assert (tally.right.tolist(), tally.false.tolist()) == ([1, 2], [0, 1])
    assert tally.missed.tolist() == [0, 0]
    quality = panoptic_quality(tally)
    cars = (6 / 8 + 4 / 6) / 2.5
    assert quality["panoptic_quality"] == pytest.approx((12 / 16 + cars) / 2)
    assert quality["recognition_quality"] == pytest.approx((1 + 2 / 2.5) / 2)
    assert quality["segmentation_quality"] == pytest.approx((12 / 16 + (6 / 8 + 4 / 6) / 2) / 2)


def loop(truth: Segments, found: Segments, classes: int) -> list[tuple[float, int, int, int]]:
    """As the paper words it, one class and one pair at a time."""
    void = np.isin(truth.ids, np.flatnonzero(truth.classes == NONE) + 1)
    told = []
    for kind in range(classes):
        true = [at + 1 for at in np.flatnonzero((truth.classes == kind) & ~truth.ignored)]
        true = [each for each in true if (truth.ids == each).any()]
        crowds = np.flatnonzero((truth.classes == kind) & truth.ignored) + 1
        guesses = [at + 1 for at in np.flatnonzero(found.classes == kind)]
        guesses = [each for each in guesses if (found.ids == each).any()]
        overlap, pairs = 0.0, []
        for one in true:
            for other in guesses:
                a, b = truth.ids == one, (found.ids == other) & ~void
                iou = (a & b).sum() / (a | b).sum()
                if iou > 0.5:
                    overlap += iou
                    pairs.append((one, other))
        free = [each for each in guesses if each not in [pair[1] for pair in pairs]]
        forgivable = void | np.isin(truth.ids, crowds)
        false = [each for each in free if forgivable[found.ids == each].mean() <= 0.5]
        told.append((overlap, len(pairs), len(false), len(true) - len(pairs)))
    return told


def draw(rng: np.random.Generator) -> tuple[Segments, Segments]:
    ids = rng.integers(0, 6, (4, 5)).repeat(3, axis=0).repeat(3, axis=1)
    near = np.where(rng.random(ids.shape) < 0.15, rng.integers(0, 6, ids.shape), ids)
    classes = rng.integers(-1, 3, 5)
    truth = Segments(ids, classes, rng.random(5) < 0.2)
    kinds = np.where(rng.random(5) < 0.8, np.maximum(classes, 0), rng.integers(0, 3, 5))
    return truth, Segments(near, kinds, np.zeros(5, bool))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000))
def test_counts_are_those_of_a_plain_loop(seed: int) -> None:
    truth, found = draw(np.random.default_rng(seed))
    tally = compare(truth, found, 3)
    expected = np.array(loop(truth, found, 3)).T
    np.testing.assert_allclose(
        [tally.overlap, tally.right, tally.false, tally.missed], expected, atol=1e-12
    )


def test_some_images_count_several_times() -> None:
    tallies = [compare(*draw(np.random.default_rng(seed)), 3) for seed in range(3)]
    twice = total(tallies, np.array([2, 0, 1]))
    assert panoptic_quality(twice) == panoptic_quality(total([tallies[at] for at in (0, 0, 2)]))


def test_a_truth_is_all_right_and_nothing_has_no_quality() -> None:
    truth = segments([[1, 1, 0], [2, 2, 2]], [0, 1])
    assert set(panoptic_quality(compare(truth, truth, 3)).values()) == {1.0}
    none = segments([[0, 0, 0], [0, 0, 0]], [])
    assert panoptic_quality(compare(none, none, 3)) == {}


def region(x0: int, x1: int) -> dict[str, object]:
    mask = np.zeros((2, 10), bool)
    mask[:, x0:x1] = True
    return to_encoded(encode_region(mask), mask.shape)


def test_the_surer_thing_takes_the_pixels_and_one_that_is_hidden_goes() -> None:
    regions = [region(0, 4), region(2, 8), region(3, 7)]
    scores, classes = np.array([0.5, 0.9, 0.7]), np.array([0, 1, 1])
    found = of_found(Found(np.zeros((3, 4)), scores, classes, regions), (2, 10))
    assert found.ids[0].tolist() == [1, 1, 2, 2, 2, 2, 2, 2, 0, 0]


def test_the_smaller_true_thing_is_on_top() -> None:
    flags = np.zeros(2, bool)
    areas = np.array([12.0, 4.0])
    truth = Truth(
        np.zeros((2, 4)), np.array([0, 1]), flags, flags, areas, [region(0, 6), region(3, 5)]
    )
    assert of_truth(truth, (2, 10)).ids[0].tolist() == [1, 1, 1, 2, 2, 1, 0, 0, 0, 0]
