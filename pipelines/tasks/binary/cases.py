"""Pictures of the images that a model of two classes is surest of, rightly and wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from components.core.pictures import Tile, contact_sheet, notice, read_image
from pipelines.tasks.shared.binary.cases import Case, Cases

if TYPE_CHECKING:
    import keras

COLUMNS = 6


class ImageCases(Cases):
    """The surest cases of each pair of a true and a predicted class, with their pictures."""

    def draw_mistakes(self) -> Image.Image:
        """The surest mistakes."""
        if not (mistakes := self.mistakes()):
            return notice("No mistakes")
        return contact_sheet(
            [(read_image(case.sample), self.caption(case)) for case in mistakes],
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

        cases = self.of_both(correct, self.limit // 4)  # each takes two tiles
        if not cases:
            return notice("No hits" if correct else "No mistakes")
        maps = evidence_in(network, [case.sample for case in cases], np.ones((len(cases), 1)))
        if maps is None:
            return notice("The network has no maps to find evidence in")
        return contact_sheet(
            [tile for pair in zip(cases, maps, strict=True) for tile in self._tiles(*pair)],
            COLUMNS,
            headline=f"Evidence for {self.classes[1]} in red, against it in blue, as a share of "
            "the image's greatest",
        )

    def _tiles(self, case: Case, evidence: np.ndarray) -> Iterator[Tile]:
        from components.core.overlays import overlay

        image = read_image(case.sample)
        yield image, self.caption(case)
        yield overlay(image, evidence), ""
