"""True and found objects of an image, as metrics take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.core.boxes import BOXES, CROWD, DIFFICULT, LABELS, area, to_array
from components.core.errors import ConvoyError
from components.core.parts import Prediction, Row


@dataclass(frozen=True, eq=False)
class Truth:
    """The true objects of an image.

    Attributes:
        boxes: In pixels, float64 `[n, 4]`.
        classes: Index of the class, int64 `[n]`.
        difficult: Which count neither when found nor when missed, bool `[n]`.
        crowd: Which are many that nobody told apart, bool `[n]`.
        areas: In square pixels, by which sizes are told, float64 `[n]`; None for those of boxes.
        regions: Run-length encodings of pycocotools, `[n]`; None where there are boxes alone.
    """

    boxes: np.ndarray
    classes: np.ndarray
    difficult: np.ndarray
    crowd: np.ndarray
    areas: np.ndarray | None = None
    regions: Sequence[Any] | None = None

    @property
    def ignored(self) -> np.ndarray:
        """Which do not count, bool `[n]`."""
        return self.difficult | self.crowd

    @property
    def sizes(self) -> np.ndarray:
        """In square pixels, by which they are told apart, float64 `[n]`."""
        return area(self.boxes) if self.areas is None else self.areas


@dataclass(frozen=True, eq=False)
class Found:
    """The objects that a model finds in an image.

    Attributes:
        boxes: In pixels, float64 `[n, 4]`.
        scores: How sure the model is, float64 `[n]`.
        classes: Index of the class, int64 `[n]`.
        regions: Run-length encodings of pycocotools, `[n]`; None where there are boxes alone.
    """

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray
    regions: Sequence[Any] | None = None

    @property
    def sizes(self) -> np.ndarray:
        """In square pixels: of the regions where there are some, float64 `[n]`."""
        return area(self.boxes) if self.regions is None else region_areas(self.regions)

    def above(self, confidence: float) -> Found:
        """Those of which the model is at least so sure."""
        kept = self.scores >= confidence
        regions = None
        if self.regions is not None:
            regions = [each for each, keep in zip(self.regions, kept, strict=True) if keep]
        return Found(self.boxes[kept], self.scores[kept], self.classes[kept], regions)


def region_areas(regions: Sequence[Any]) -> np.ndarray:
    """How many pixels each region has, float64 `[n]`."""
    from pycocotools import mask

    return np.asarray(mask.area(list(regions)), np.float64)


def read_truth(row: Row, classes: Sequence[str]) -> Truth:
    """The true objects of a raw example.

    Raises:
        ConvoyError: When a label is none of the classes; names the image.
    """
    names = [each.decode() if isinstance(each, bytes) else each for each in row[LABELS]]
    for name in names:
        if name not in classes:
            raise ConvoyError(
                f"{row['image_path']}: label {name!r} is none of the model's classes "
                f"{', '.join(classes) or '(it has none)'}"
            )
    return Truth(
        boxes=to_array(row[BOXES]),
        classes=np.array([classes.index(name) for name in names], np.int64),
        difficult=np.asarray(row[DIFFICULT], bool),
        crowd=np.asarray(row[CROWD], bool),
    )


def read_found(prediction: Prediction) -> Found:
    """The objects of the prediction for one image, without the places that are not filled."""
    count = int(prediction["count"])
    return Found(
        boxes=prediction["boxes"][:count].astype(np.float64),
        scores=prediction["scores"][:count].astype(np.float64),
        classes=prediction["classes"][:count].astype(np.int64),
    )
