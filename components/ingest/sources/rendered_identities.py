"""Photos of people who do not exist, drawn by convoy itself; needs no network.

Of a person build, colours, skin, hair and beard stay from photo to photo; pose, light, expression,
background, glasses and what hides the face change.
"""

from collections.abc import Iterator
from itertools import product
from typing import ClassVar

import numpy as np
from pydantic import Field

from components.core.images import encode_png
from components.core.table import Record
from components.ingest.drawing import draw_in_parallel
from components.ingest.sources import base

TRAITS, MOMENT = 2, 3
"""What seeds of people and of photos end in; 0 and 1 are those of `rendered_faces`."""


class Source(base.Source):
    """`path` is the folder of the renderer, `faces`: what DVC can watch.

    Attributes:
        people: The number of people.
        photos: The number of photos of each.
        seed: Another seed draws other people.
    """

    gives: ClassVar = frozenset({"identity"})

    people: int = Field(1000, gt=0)
    photos: int = Field(8, gt=0)
    seed: int = Field(0, ge=0)

    def read(self) -> Iterator[Record]:
        """Yields `person-000/00.png` onwards with `identity`; each depends on its numbers only."""
        return draw_in_parallel(self._draw, product(range(self.people), range(self.photos)))

    def _draw(self, place: tuple[int, int]) -> Record:
        from components.ingest.sources.faces.render import render

        person, photo = place
        moment = np.random.default_rng((self.seed, person, photo, MOMENT))
        face = render(moment, np.random.default_rng((self.seed, person, TRAITS)))
        name = f"person-{person:03}"
        return Record(encode_png(face.image), f"{name}/{photo:02}.png", {"identity": name})
