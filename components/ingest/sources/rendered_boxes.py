"""Street scenes with boxes around cars and people, drawn by convoy itself; needs no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from components.core.boxes import COLUMNS, Box, to_columns
from components.ingest.sources.rendered_scenes import WITH_PEOPLE
from components.ingest.sources.scenes.source import ScenesSource

if TYPE_CHECKING:
    import numpy as np

    from components.ingest.sources.scenes.instances import Instance
    from components.ingest.sources.scenes.render import Scene


class Source(ScenesSource):
    """Scenes with boxes, each around those pixels of a car or a person that are seen.

    Attributes:
        difficult_below: Objects of which fewer pixels are seen are `difficult`.
    """

    gives: ClassVar = frozenset(COLUMNS)

    height: int = Field(120, ge=32, le=255)
    width: int = Field(160, ge=32, le=255)
    difficult_below: int = Field(64, ge=0)

    def draw(self, rng: np.random.Generator) -> tuple[Scene, Mapping[str, Any]]:
        """A scene, four of five with people, and its objects."""
        from components.ingest.sources.scenes.instances import find_instances
        from components.ingest.sources.scenes.render import render

        people = bool(rng.random() < WITH_PEOPLE)
        scene = render(rng, self.height, self.width, people=people)
        objects = (
            (Box(each.edges, each.label, difficult=each.pixels < self.difficult_below), each)
            for each in find_instances(scene.surfaces)
        )
        return scene, self.to_columns(objects)

    def to_columns(self, objects: Iterable[tuple[Box, Instance]]) -> Mapping[str, Any]:
        """The label columns of a scene's objects."""
        return to_columns(box for box, _ in objects)
