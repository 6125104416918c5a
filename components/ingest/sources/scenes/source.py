"""What the sources that draw street scenes share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from components.core.images import encode_png
from components.core.table import SPLITS, Record
from components.ingest.drawing import draw_in_parallel
from components.ingest.sources import base

if TYPE_CHECKING:
    from components.ingest.sources.scenes.render import Scene


class Counts(BaseModel):
    """The number of images in each split.

    Attributes:
        train: Images to learn from.
        val: Images that tell when to stop.
        test: Images that the gate decides by.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    train: int = Field(1_200, gt=0)
    val: int = Field(150, gt=0)
    test: int = Field(150, gt=0)


class ScenesSource(base.Source):
    """`path` is the folder of the renderer, `scenes`: what DVC can watch.

    Attributes:
        counts: The number of images in each split.
        seed: Another seed draws other scenes.
        height: Of the images in pixels.
        width: Of the images in pixels.
    """

    counts: Counts = Counts()
    seed: int = Field(0, ge=0)
    height: int = Field(96, ge=32, le=255)
    width: int = Field(128, ge=32, le=255)

    @field_validator("counts", mode="before")
    @classmethod
    def _complete(cls, counts: Any) -> Any:
        """What is not given is as many as this source draws by default."""
        usual = cls.model_fields["counts"].default.model_dump()
        return usual | counts if isinstance(counts, dict) else counts

    def read(self) -> Iterator[Record]:
        """Yields `scenes/train/00000.png` onwards; each depends on its split and number only."""
        places = ((split, n) for split in SPLITS for n in range(getattr(self.counts, split)))
        return draw_in_parallel(self._draw_record, places)

    def _draw_record(self, place: tuple[str, int]) -> Record:
        split, index = place
        rng = np.random.default_rng((self.seed, SPLITS.index(split), index))
        scene, labels = self.draw(rng)
        return Record(encode_png(scene.image), f"scenes/{split}/{index:05}.png", labels, split)

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> tuple[Scene, Mapping[str, Any]]:
        """A scene and its labels."""
