"""Identification against an open gallery, counted photo by photo."""

import numpy as np
import pytest

from pipelines.tasks.faces.identification import Identification


def scattered(people: np.ndarray, noise: float, size: int = 16) -> np.ndarray:
    """Places of photos about those of their people, on the unit sphere."""
    rng = np.random.default_rng(1)
    places = rng.normal(size=(people.max() + 1, size))[people]
    places = places + noise * rng.normal(size=places.shape)
    return places / np.linalg.norm(places, axis=1, keepdims=True)


def test_people_who_lie_apart_are_all_found() -> None:
    people = np.repeat(np.arange(20), 4)
    found = Identification.of(scattered(people, 0.01), people)
    ones = np.ones(len(people), int)
    assert (len(found.probes), len(found.mated), len(found.strangers)) == (60, 30, 40)
    assert (found.rank_1(ones), found.open_set(ones, 0.01)) == (1, 1)


@pytest.mark.parametrize("noise", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("alarms", [0.01, 0.1, 0.5])
def test_rates_are_what_counting_gives(noise: float, alarms: float) -> None:
    people = np.r_[np.repeat(np.arange(30), 3), np.arange(30, 60)]
    places = scattered(people, noise)
    found = Identification.of(places, people)
    counts = np.random.default_rng(2).integers(0, 3, len(people))
    right = np.repeat(found.right, counts[found.probes])
    assert found.rank_1(counts) == pytest.approx(right.mean())
    nearest = np.repeat(found.nearest, counts[found.strangers])
    hits = np.repeat(found.found, counts[found.mated])
    distances = np.repeat(found.distances, counts[found.mated])
    rates = [
        (hits & (distances < bound)).mean()
        for bound in nearest
        if (nearest < bound).mean() <= alarms
    ]
    assert found.open_set(counts, alarms) == pytest.approx(max(rates))


def test_who_is_known_is_nobody_who_is_asked_about() -> None:
    people = np.repeat(np.arange(10), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    found = Identification.of(scattered(people, 0.3), people)
    assert not {*found.mated} & {*found.strangers}
    assert {0, 1} <= {*people[found.strangers]}
    assert len(found.probes) == sum(number - 1 for number in (2, 2, 3, 3, 4, 4, 5, 5))


def test_without_strangers_or_second_photos_there_is_no_rate() -> None:
    alone = Identification.of(scattered(np.arange(4), 0.1), np.arange(4))
    ones = np.ones(4, int)
    assert alone.rank_1(ones) is None
    assert alone.open_set(ones, 0.01) is None
    one = Identification.of(scattered(np.zeros(4, int), 0.1), np.zeros(4, int))
    assert one.rank_1(ones) == 1
    assert one.open_set(ones, 0.01) is None
