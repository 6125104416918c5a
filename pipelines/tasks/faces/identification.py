"""Who it is, told by one known photo of each person: by that nearest to the photo asked about.

Of every person with several photos one is known. Half of these people are enrolled where strangers
are among those asked about: the other half, and all who have one photo only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.tasks.faces.pairs import photos_of

ROWS = 1_024
"""Photos that are compared at a time."""


@dataclass(frozen=True)
class Identification:
    """What asking about photos comes to; those who are known stay the same in every bootstrap.

    Attributes:
        probes: The photos asked about, of people who have another photo, int `[probes]`.
        right: Whether the nearest known photo is of the right person, bool `[probes]`.
        mated: The photos asked about whose person is enrolled, int `[mated]`.
        found: Whether the nearest enrolled photo is of the right person, bool `[mated]`.
        distances: How far it is away, float `[mated]`.
        strangers: The photos of strangers, int `[strangers]`.
        nearest: How far the nearest enrolled photo is away from each, float `[strangers]`.
    """

    probes: np.ndarray
    right: np.ndarray
    mated: np.ndarray
    found: np.ndarray
    distances: np.ndarray
    strangers: np.ndarray
    nearest: np.ndarray

    @classmethod
    def of(cls, places: np.ndarray, people: np.ndarray) -> Identification:
        """Asks about every photo but the known ones.

        Args:
            places: On the unit sphere, float `[photos, size]`.
            people: A number a person, from 0 without gaps, int `[photos]`.
        """
        rng = np.random.default_rng(0)
        several = [photos for photos in photos_of(people) if len(photos) > 1]
        known = np.array([rng.choice(photos) for photos in several], int)
        probes = np.setdiff1d(np.concatenate([*several, np.array([], int)]), known)
        enrolled = np.sort(rng.permutation(known)[: (len(known) + 1) // 2])
        is_mated = np.isin(people, people[enrolled])
        mated = probes[is_mated[probes]]
        strangers = np.flatnonzero(~is_mated)
        closest, _ = _nearest(places, probes, known)
        named, distances = _nearest(places, mated, enrolled)
        _, nearest = _nearest(places, strangers, enrolled)
        return cls(
            probes,
            people[probes] == people[closest],
            mated,
            people[mated] == people[named],
            distances,
            strangers,
            nearest,
        )

    def rank_1(self, counts: np.ndarray) -> float | None:
        """The share of the photos asked about whose nearest known one is of the right person.

        Args:
            counts: How often each photo counts, `[photos]`.

        Returns:
            The share; None where none counts.
        """
        return _share(self.right, counts[self.probes])

    def open_set(self, counts: np.ndarray, false_alarms: float) -> float | None:
        """The detection and identification rate: how many are found who are enrolled.

        Phillips, Grother and Micheals (2011), "Evaluation Methods in Face Recognition": the right
        person must be nearest, and nearer than a threshold that takes at most a share of the
        strangers for somebody.

        Args:
            counts: How often each photo counts, `[photos]`.
            false_alarms: That share.

        Returns:
            The rate; None where nobody is enrolled or there is no stranger.
        """
        weights = counts[self.strangers]
        if not weights.sum():
            return None
        order = np.argsort(self.nearest, kind="stable")
        alarms = np.cumsum(weights[order]) / weights.sum()
        too_many = np.flatnonzero(alarms > false_alarms)
        nearer = self.distances < self.nearest[order][too_many[0]]
        return _share(self.found & nearer, counts[self.mated])


def _share(right: np.ndarray, weights: np.ndarray) -> float | None:
    total = weights.sum()
    return float((right * weights).sum() / total) if total else None


def _nearest(
    places: np.ndarray, asked: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest known photo to each asked about, and its cosine distance."""
    if not len(known):
        return np.zeros(len(asked), int), np.full(len(asked), np.inf)
    closest, distances = [np.array([], int)], [np.array([])]
    for begin in range(0, len(asked), ROWS):
        found = 1 - places[asked[begin : begin + ROWS]] @ places[known].T
        at = found.argmin(axis=1)
        closest.append(known[at])
        distances.append(found[np.arange(len(at)), at])
    return np.concatenate(closest), np.concatenate(distances)
