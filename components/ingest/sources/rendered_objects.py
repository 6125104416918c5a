"""Things in a street, without people, drawn by convoy itself; needs no network.

What a network learns from them, networks for scenes can start from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from components.ingest.sources.scenes import source
from components.ingest.sources.scenes.source import ScenesSource

if TYPE_CHECKING:
    import numpy as np

    from components.ingest.sources.scenes.render import Scene


class Counts(source.Counts):
    """The number of images in each split."""

    train: int = Field(4_000, gt=0)
    val: int = Field(250, gt=0)
    test: int = Field(500, gt=0)


class Source(ScenesSource):
    """Images with `label`, the kind of the nearest thing."""

    counts: Counts = Counts()
    height: int = Field(96, ge=32, le=255)
    width: int = Field(96, ge=32, le=255)

    def draw(self, rng: np.random.Generator) -> tuple[Scene, Mapping[str, Any]]:
        """A picture and what it shows."""
        from components.ingest.sources.scenes.objects import KINDS, render_object

        kind = list(KINDS)[rng.integers(len(KINDS))]
        return render_object(rng, self.height, self.width, kind), {"label": kind}
