"""Street scenes with or without people, drawn by convoy itself; needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from components.ingest.sources.scenes.source import Counts, ScenesSource

if TYPE_CHECKING:
    import numpy as np

    from components.ingest.sources.scenes.render import Scene

SMALLEST = 0.004
"""The least share of the pixels that a person covers, so that the label is beyond doubt."""


class Source(ScenesSource):
    """Scenes with `label`, `person` or `no_person`, and `person_area`.

    `person_area` is the share of the pixels that show people.

    Attributes:
        person_share: The share of scenes with people. But for the people, both kinds of scene
            come from the same distribution.
    """

    gives: ClassVar = frozenset({"label", "person_area"})

    counts: Counts = Counts(train=2_000, val=250, test=500)
    height: int = Field(96, ge=32, le=255)
    width: int = Field(96, ge=32, le=255)
    person_share: float = Field(0.5, gt=0, lt=1)

    def draw(self, rng: np.random.Generator) -> tuple[Scene, Mapping[str, Any]]:
        """A scene with or without people."""
        from components.ingest.sources.scenes.render import render

        people = bool(rng.random() < self.person_share)
        scene = render(rng, self.height, self.width, people=people, smallest=SMALLEST)
        label = "person" if people else "no_person"
        return scene, {"label": label, "person_area": scene.person_area}
