"""Street scenes with the exact masks of cars and people, drawn by convoy; needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from components.core.regions import COLUMNS, encode_region, to_columns
from components.ingest.sources import rendered_boxes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from components.core.boxes import Box
    from components.ingest.sources.scenes.instances import Instance


class Source(rendered_boxes.Source):
    """Scenes with objects, each with a box around and a mask of those of its pixels that are seen.

    They are the scenes of `rendered_boxes`.
    """

    gives: ClassVar = frozenset(COLUMNS)

    def to_columns(self, objects: Iterable[tuple[Box, Instance]]) -> Mapping[str, Any]:
        """Boxes and masks."""
        return to_columns((box, encode_region(each.mask)) for box, each in objects)
