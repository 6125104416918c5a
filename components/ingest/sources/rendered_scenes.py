"""Street scenes with exact masks, drawn by convoy itself; needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from components.core.images import encode_png
from components.ingest.sources.scenes.source import ScenesSource

if TYPE_CHECKING:
    import numpy as np

    from components.ingest.sources.scenes.render import Scene

WITH_PEOPLE = 0.8


class Source(ScenesSource):
    """Scenes with `mask`, a PNG of class indices, 255 where there is no class."""

    gives: ClassVar = frozenset({"mask"})

    def draw(self, rng: np.random.Generator) -> tuple[Scene, Mapping[str, Any]]:
        """A scene, four of five with people, and the class of each pixel."""
        from components.ingest.sources.scenes.render import render

        people = bool(rng.random() < WITH_PEOPLE)
        scene = render(rng, self.height, self.width, people=people)
        return scene, {"mask": encode_png(scene.mask)}
