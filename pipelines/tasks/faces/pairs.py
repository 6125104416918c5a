"""Which photos of a split are compared with which."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

MOST = 10
"""Pairs of one person that are drawn, so that those with many photos do not decide alone."""
OTHERS = 10_000
"""Pairs of two people that are drawn."""


class Pairs(NamedTuple):
    """Pairs of photos, by their places among those of a split.

    Attributes:
        first: One photo of each pair, int `[pairs]`.
        second: The other one.
        same: Whether both are of one person, bool `[pairs]`.
    """

    first: np.ndarray
    second: np.ndarray
    same: np.ndarray


def list_pairs(
    paths: Sequence[str], partners: Sequence[Sequence[str]], people: np.ndarray
) -> Pairs:
    """The pairs that a list names, those of photos that are there.

    Args:
        paths: Where each photo came from.
        partners: The paths of the photos that each is compared with.
        people: A number a person, int `[photos]`.
    """
    places = {path: at for at, path in enumerate(paths)}
    named = [
        (at, places[other]) for at, each in enumerate(partners) for other in each if other in places
    ]
    first, second = np.array(named, int).reshape(-1, 2).T
    return Pairs(first, second, people[first] == people[second])


def draw_pairs(people: np.ndarray) -> Pairs:
    """Draws pairs, always the same ones: up to ten of a person, and ten thousand of two people.

    Args:
        people: A number a person, int `[photos]`.
    """
    rng = np.random.default_rng(0)
    same = [pair for each in photos_of(people) for pair in _draw_same(each, rng)]
    drawn = rng.integers(len(people), size=(2 * OTHERS, 2))
    drawn = np.unique(np.sort(drawn, axis=1), axis=0)
    others = rng.permutation(drawn[people[drawn[:, 0]] != people[drawn[:, 1]]])[:OTHERS]
    first, second = np.concatenate([np.array(same, int).reshape(-1, 2), others]).T
    return Pairs(first, second, np.arange(len(first)) < len(same))


def photos_of(people: np.ndarray) -> list[np.ndarray]:
    """The places of each person's photos.

    Args:
        people: A number a person, from 0 without gaps, int `[photos]`.
    """
    order = np.argsort(people, kind="stable")
    return np.split(order, np.cumsum(np.bincount(people))[:-1])


def _draw_same(photos: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Up to ten pairs of one person's photos, `[pairs, 2]`."""
    if len(photos) * (len(photos) - 1) <= 2 * MOST:
        return np.array([*combinations(photos, 2)], int).reshape(-1, 2)
    drawn: set[tuple[int, int]] = set()
    while len(drawn) < MOST:
        one, two = sorted(rng.choice(photos, 2, replace=False).tolist())
        drawn.add((one, two))
    return np.array(sorted(drawn), int)
