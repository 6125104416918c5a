"""The objects of a scene, each with its exact mask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.ingest.sources.scenes.surfaces import Surface

CLASSES = ("car", "person")
CAR, PERSON = CLASSES
PARTS = 2
"""Surfaces of a car: its body and its glass."""


@dataclass(frozen=True)
class Instance:
    """An object as far as it is seen.

    Attributes:
        label: One of `CLASSES`.
        mask: Its pixels, bool `[height, width]`.
    """

    label: str
    mask: NDArray[np.bool_]

    @property
    def pixels(self) -> int:
        """How many pixels show it."""
        return int(self.mask.sum())

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """The box around its pixels: x0, y0, x1, y1 in pixels."""
        (y0, x0), (y1, x1) = (
            np.argwhere(self.mask).min(axis=0),
            np.argwhere(self.mask).max(axis=0),
        )
        return float(x0), float(y0), float(x1 + 1), float(y1 + 1)


def find_instances(surfaces: NDArray[np.uint8]) -> Iterator[Instance]:
    """Yields the cars and people that are seen, in the order of their surfaces.

    Args:
        surfaces: The surface that each pixel shows, `[height, width]`.
    """
    first = np.where(
        surfaces < Surface.PERSON,
        surfaces - (surfaces - np.uint8(Surface.CAR)) % PARTS,
        surfaces,
    )
    for surface in np.unique(first[first >= Surface.CAR]).tolist():
        yield Instance(CAR if surface < Surface.PERSON else PERSON, first == surface)
