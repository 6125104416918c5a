"""Street scenes drawn by convoy itself, with exact masks and labels; needs no network."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from components.ingest.images import encode_png
from components.ingest.sources import base
from components.ingest.table import SPLITS, Record

if TYPE_CHECKING:
    from components.ingest.sources.scenes.render import Scene

SMALLEST = 0.004
"""The share of the pixels that each person covers at least where the label is about people."""


class Counts(BaseModel):
    """The number of images in each split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    train: int = Field(1_200, gt=0)
    val: int = Field(150, gt=0)
    test: int = Field(150, gt=0)


class Source(base.Source):
    """`path` is the folder of the renderer, `scenes`: what DVC can watch.

    Attributes:
        target: `mask`: `mask`, a PNG of class indices, 255 where there is no class. `person`:
            `label`, `person` or `no_person`, and `person_area`, the share of the pixels that
            show people. `object`: `label`, the kind of the one thing in the middle.
        counts: The number of images in each split.
        seed: Another seed draws other scenes.
        height: Of the images in pixels.
        width: Of the images in pixels.
        person_share: The share of scenes with people; for the target `person`. But for the
            people, both kinds of scene come from the same distribution.
    """

    target: Literal["mask", "person", "object"] = "mask"
    counts: Counts = Counts()
    seed: int = Field(0, ge=0)
    height: int = Field(96, ge=32, le=255)
    width: int = Field(128, ge=32, le=255)
    person_share: float = Field(0.5, gt=0, lt=1)

    def read(self) -> Iterator[Record]:
        """Yields `scenes/train/00000.png` onwards; each depends on its split and number only."""
        draw = {"mask": self._mask, "person": self._person, "object": self._object}[self.target]
        for number, split in enumerate(SPLITS):
            for index in range(getattr(self.counts, split)):
                scene, labels = draw(np.random.default_rng((self.seed, number, index)))
                path = f"scenes/{split}/{index:05}.png"
                yield Record(encode_png(scene.image), path, labels, split)

    def _mask(self, rng: np.random.Generator) -> tuple["Scene", Mapping[str, Any]]:
        """A scene, four of five with people, and the class of each pixel."""
        from components.ingest.sources.scenes.render import render

        scene = render(rng, self.height, self.width, people=bool(rng.random() < 0.8))
        return scene, {"mask": encode_png(scene.mask)}

    def _person(self, rng: np.random.Generator) -> tuple["Scene", Mapping[str, Any]]:
        """A scene with or without people."""
        from components.ingest.sources.scenes.render import render

        people = bool(rng.random() < self.person_share)
        scene = render(rng, self.height, self.width, people=people, smallest=SMALLEST)
        label = "person" if people else "no_person"
        return scene, {"label": label, "person_area": scene.person_area}

    def _object(self, rng: np.random.Generator) -> tuple["Scene", Mapping[str, Any]]:
        """A close-up and what it shows."""
        from components.ingest.sources.scenes.objects import KINDS, render_object

        kind = list(KINDS)[rng.integers(len(KINDS))]
        return render_object(rng, self.height, self.width, kind), {"label": kind}
