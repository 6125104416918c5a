"""Where the parts of a face lie, in millimetres of the layout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.ingest.sources.faces.chart import mirror
from components.ingest.sources.faces.traits import Expression, Shape

Points = NDArray[np.float64]
ARC = np.linspace(-1, 1, 13)


@dataclass(frozen=True)
class Eye:
    """The opening of an eye: both lids from the inner to the outer corner, `[13, 2]` each."""

    upper: Points
    lower: Points

    @property
    def outline(self) -> Points:
        """The closed outline, `[26, 2]`."""
        return np.concatenate([self.upper, self.lower[::-1]])

    @property
    def center(self) -> Points:
        """The mean of both corners and two points of each lid, as in iBUG's 68 landmarks."""
        return np.mean([*self.upper[[0, 4, 8, 12]], *self.lower[[4, 8]]], axis=0)


@dataclass(frozen=True)
class Mouth:
    """The lips' four edges from the right to the left corner, `[13, 2]` each."""

    top: Points
    upper_inner: Points
    lower_inner: Points
    bottom: Points

    @property
    def center(self) -> Points:
        """The middle between the lips."""
        return (self.upper_inner[6] + self.lower_inner[6]) / 2

    @property
    def gap(self) -> float:
        """How far the mouth is open in mm."""
        return float(self.lower_inner[6, 1] - self.upper_inner[6, 1])


@dataclass(frozen=True)
class Layout:
    """A face as seen from the front; pairs are the left one and the right one."""

    eyes: tuple[Eye, Eye]
    brows: tuple[Points, Points]
    nose_tip: Points
    mouth: Mouth

    @classmethod
    def of(cls, shape: Shape, expression: Expression) -> Layout:
        """Lays out a face of this build with this expression."""
        eye = left_eye(shape, expression)
        return cls(
            eyes=(eye, Eye(mirror(eye.upper), mirror(eye.lower))),
            brows=(
                left_brow(shape, expression, expression.brow_raise[0]),
                mirror(left_brow(shape, expression, expression.brow_raise[1])),
            ),
            nose_tip=np.array([0, shape.nose_length]),
            mouth=mouth(shape, expression),
        )

    def keypoints(self) -> Points:
        """The 15 points, `[15, 2]`, in the order of `KEYPOINTS`."""
        left, right = self.eyes
        return np.stack(
            [
                left.center,
                right.center,
                left.upper[0],
                left.upper[-1],
                right.upper[0],
                right.upper[-1],
                self.brows[0][0],
                self.brows[0][-1],
                self.brows[1][0],
                self.brows[1][-1],
                self.nose_tip,
                self.mouth.top[-1],
                self.mouth.top[0],
                self.mouth.top[6],
                self.mouth.bottom[6],
            ]
        )


def left_eye(shape: Shape, expression: Expression) -> Eye:
    """The left eye; a smile lifts its lower lid."""
    across = ARC * shape.eye_width
    middle = -ARC * shape.eye_slant
    arch = (1 - ARC**2) ** 0.8
    smile = max(0.0, expression.smile)
    opening = shape.eye_height * expression.lids * (1 - 0.15 * smile)
    floor = shape.eye_height * (0.62 - 0.2 * smile)
    x = shape.eye_spacing + across
    return Eye(
        np.stack([x, middle + arch * (floor - 1.62 * opening)], axis=1),
        np.stack([x, middle + arch * floor], axis=1),
    )


def left_brow(shape: Shape, expression: Expression, lift: float) -> Points:
    """The middle line of the left brow from its inner to its outer end, `[9, 2]`."""
    along = np.linspace(0, 1, 9)
    x = shape.brow_inner - expression.frown + along * (shape.brow_outer - shape.brow_inner)
    arch = shape.brow_arch * np.sin(np.pi * along**1.3)
    inner_drop = expression.frown * (1 - along) ** 2
    y = -shape.brow_height - shape.brow_slant * along - arch - lift + inner_drop
    return np.stack([x, y], axis=1)


def mouth(shape: Shape, expression: Expression) -> Mouth:
    """The lips: a smile widens and lifts the corners, the jaw lowers the lower lip."""
    smile, jaw = expression.smile, expression.jaw
    half = (shape.mouth_width + 5 * smile - 0.12 * jaw) * (1 - expression.pucker)
    x = ARC * half
    corner = -4.5 * smile + 0.35 * jaw + 4.5 - ARC * expression.smirk
    line = shape.mouth_height + corner * ARC**2
    thin = 1 - 0.35 * max(0.0, smile)
    arch = 1 - np.abs(ARC) ** 2.2
    bow = arch - 0.15 * np.exp(-((ARC / 0.12) ** 2))
    teeth = max(0.0, smile - 0.3) * 10 + jaw
    drop = teeth * (1 - ARC**2)
    return Mouth(
        top=np.stack([x, line - shape.upper_lip * thin * bow], axis=1),
        upper_inner=np.stack([x, line], axis=1),
        lower_inner=np.stack([x, line + drop], axis=1),
        bottom=np.stack([x, line + drop + shape.lower_lip * thin * arch], axis=1),
    )
