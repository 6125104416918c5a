"""The images that a model of two classes is surest of, rightly and wrongly."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from components.core.pictures import Tile, contact_sheet, notice, read_image
from pipelines.tasks.binary.threshold import THRESHOLD

if TYPE_CHECKING:
    import keras

COLUMNS = 6


@dataclass(frozen=True)
class Case:
    """An image and what a model says of it.

    Attributes:
        image: The encoded image.
        image_path: Where it came from.
        truth: The index of its class, 1 for the positive one.
        probability: Of the positive class, as the model gives it.
    """

    image: bytes
    image_path: str
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

    def draw_mistakes(self) -> Image.Image:
        """The surest mistakes."""
        if not (mistakes := self.mistakes()):
            return notice("No mistakes")
        return contact_sheet(
            [(read_image(case.image), self._caption(case)) for case in mistakes],
            COLUMNS,
            headline="Mistakes, the most confident first: true class → prediction, its probability",
        )

    def draw_evidence(self, network: keras.Model, correct: bool) -> Image.Image:
        """The surest hits or mistakes of either class, each before its activation map.

        Args:
            network: As `evidence_in` takes it, of one logit.
            correct: Whether to draw hits.
        """
        from pipelines.tasks.shared.evidence import evidence_in

        cases = self._of_both(correct, self.limit // 4)  # each takes two tiles
        if not cases:
            return notice("No hits" if correct else "No mistakes")
        maps = evidence_in(network, [case.image for case in cases], np.ones((len(cases), 1)))
        if maps is None:
            return notice("The network has no maps to find evidence in")
        return contact_sheet(
            [tile for pair in zip(cases, maps, strict=True) for tile in self._tiles(*pair)],
            COLUMNS,
            headline=f"Evidence for {self.classes[1]} in red, against it in blue, as a share of "
            "the image's greatest",
        )

    def _of_both(self, correct: bool, count: int) -> list[Case]:
        """The surest cases, `count` of the positive class, then as many of the negative."""
        pairs = [(truth, truth if correct else 1 - truth) for truth in (1, 0)]
        return [case for pair in pairs for case in surest(self._kept[pair], count)]

    def _tiles(self, case: Case, evidence: np.ndarray) -> Iterator[Tile]:
        from components.core.overlays import overlay

        image = read_image(case.image)
        yield image, self._caption(case)
        yield overlay(image, evidence), ""

    def _caption(self, case: Case) -> str:
        truth, prediction = self.classes[case.truth], self.classes[case.prediction]
        return f"{truth} → {prediction}\n{case.confidence:.1%}"


def surest(cases: Iterable[Case], count: int) -> list[Case]:
    """The cases of the highest confidence, the highest first; equals by path."""
    return heapq.nsmallest(count, cases, key=lambda case: (-case.confidence, case.image_path))
