"""Things in a street, without people, drawn by convoy itself; needs no network.

What a network learns from them, networks for scenes can start from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from components.ingest.sources.scenes.source import Counts, ScenesSource

if TYPE_CHECKING:
    import numpy as np

    from components.ingest.sources.scenes.render import Scene


class Source(ScenesSource):
    """Images with `label`, the kind of the nearest thing."""

    gives: ClassVar = frozenset({"label"})

    counts: Counts = Counts(train=4_000, val=250, test=500)
    height: int = Field(96, ge=32, le=255)
    width: int = Field(96, ge=32, le=255)

    def draw(self, rng: np.random.Generator) -> tuple[Scene, Mapping[str, Any]]:
        """A picture and what it shows."""
        from components.ingest.sources.scenes.objects import KINDS, render_object

        kind = list(KINDS)[rng.integers(len(KINDS))]
        return render_object(rng, self.height, self.width, kind), {"label": kind}
