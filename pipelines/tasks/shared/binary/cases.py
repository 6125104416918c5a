"""The samples that a model of two classes is surest of, rightly and wrongly."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.tasks.shared.binary.threshold import THRESHOLD


@dataclass(frozen=True)
class Case:
    """A sample and what a model says of it.

    Attributes:
        sample: The encoded sample.
        path: Where it came from.
        truth: The index of its class, 1 for the positive one.
        probability: Of the positive class, as the model gives it.
    """

    sample: bytes
    path: str
    truth: int
    probability: float

    @property
    def prediction(self) -> int:
        """The index of the class that the model takes it for."""
        return int(self.probability >= THRESHOLD)

    @property
    def confidence(self) -> float:
        """The probability of that class."""
        return self.probability if self.prediction else 1 - self.probability


class Cases:
    """The surest cases of each pair of a true and a predicted class, in bounded memory."""

    def __init__(self, classes: Sequence[str], limit: int) -> None:
        """Takes the names of the classes, and how many cases to keep of each pair."""
        self.classes = classes
        self.limit = limit
        self._kept: dict[tuple[int, int], list[Case]] = defaultdict(list)

    def add(self, cases: Iterable[Case]) -> None:
        """Takes in a batch."""
        for case in cases:
            self._kept[case.truth, case.prediction].append(case)
        for pair, kept in self._kept.items():
            self._kept[pair] = surest(kept, self.limit)

    def mistakes(self) -> list[Case]:
        """The surest mistakes of both kinds, `limit` at most."""
        return surest([*self._kept[0, 1], *self._kept[1, 0]], self.limit)

    def of_both(self, correct: bool, count: int) -> list[Case]:
        """The surest hits or mistakes, `count` of the positive class, then of the negative."""
        pairs = [(truth, truth if correct else 1 - truth) for truth in (1, 0)]
        return [case for pair in pairs for case in surest(self._kept[pair], count)]

    def caption(self, case: Case) -> str:
        """The true and the predicted class above the probability of the latter."""
        truth, prediction = self.classes[case.truth], self.classes[case.prediction]
        return f"{truth} → {prediction}\n{case.confidence:.1%}"


def surest(cases: Iterable[Case], count: int) -> list[Case]:
    """The cases of the highest confidence, the highest first; equals by path."""
    return heapq.nsmallest(count, cases, key=lambda case: (-case.confidence, case.path))
