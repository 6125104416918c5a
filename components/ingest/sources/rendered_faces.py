"""Faces drawn by convoy itself, with points that are exact; needs no network.

Some points are missing as in Kaggle's facial-keypoints set, where 4,755 of 7,049 rows name
only the eye centres, the tip of the nose and the lower lip, and 2,140 are complete.
"""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from pydantic import Field

from components.core.facial_points import GROUPS, KEYPOINTS
from components.core.images import encode_png
from components.core.table import Record
from components.ingest.drawing import draw_in_parallel
from components.ingest.face_crop import label
from components.ingest.sources import base

FEW = [
    KEYPOINTS.index(name)
    for name in ("left_eye_center", "right_eye_center", "nose_tip", "mouth_center_bottom_lip")
]
FEW_SHARE = 0.85


class Source(base.Source):
    """`path` is the folder of the renderer, `faces`: what DVC can watch.

    Attributes:
        count: The number of faces.
        seed: Another seed draws other faces.
        missing_fraction: The share of faces that have points without coordinates: mostly
            all but four points, otherwise one part of the face.
    """

    gives: ClassVar = frozenset({"keypoints"})

    count: int = Field(3_000, gt=0)
    seed: int = Field(0, ge=0)
    missing_fraction: float = Field(0.3, ge=0, le=1)

    def read(self) -> Iterator[Record]:
        """Yields `faces/00000.png` onwards with `keypoints`; each depends on its number only."""
        return draw_in_parallel(self._draw, range(self.count))

    def _draw(self, index: int) -> Record:
        from components.ingest.sources.faces.render import render

        face = render(np.random.default_rng((self.seed, index)))
        points = face.points.copy()
        points[self._missing(np.random.default_rng((self.seed, index, 1)))] = np.nan
        return Record(encode_png(face.image), f"faces/{index:05}.png", label(points))

    def _missing(self, rng: np.random.Generator) -> list[int]:
        """Indices of the points that this face goes without."""
        if rng.random() >= self.missing_fraction:
            return []
        if rng.random() < FEW_SHARE:
            return [index for index in range(len(KEYPOINTS)) if index not in FEW]
        return list(GROUPS[rng.choice(list(GROUPS))])
