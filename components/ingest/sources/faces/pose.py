"""How the head stands before the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.ingest.draws import Rng, pick

PIXELS_PER_MM = 0.51 / 96
"""Average scale, in sides of the image."""
FACE = (0, 17, 95)
"""The middle of the 15 points, in mm from the head's centre."""


@dataclass(frozen=True)
class Pose:
    """Where a point of the head, in mm, is seen by a camera far away, in pixels.

    Attributes:
        rotation: From the head's axes to the camera's, `[3, 3]`.
        scale: Pixels per mm.
        offset: The pixel that shows the head's centre, `[2]`.
    """

    rotation: NDArray[np.float64]
    scale: float
    offset: NDArray[np.float64]

    @classmethod
    def draw(cls, rng: Rng, side: int) -> Pose:
        """Draws a pose that shows the face in the upper middle of a square image.

        A turned face is off the middle, since detectors centre the head rather than the
        face: the frame is centred between both.

        Args:
            rng: The source of randomness.
            side: Side of the image in pixels.
        """
        tilt = pick(rng, (6, 13), (0.75, 0.25))
        yaw, pitch, roll = np.radians(rng.normal(0, [20, 7.5, tilt]))
        rotation = turn(float(np.clip(yaw, -1, 1)), pitch, roll)
        scale = side * PIXELS_PER_MM * np.exp(rng.normal(0, 0.065))
        x, y = (rotation @ FACE)[:2]
        x *= rng.normal(0.47, 0.16)
        center = side * rng.normal([0.5, 0.385], [0.031, 0.036])
        return cls(rotation, scale, center - scale * np.array([x, y]))

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """Pixels, `[n, 2]`, of points of the head in mm, `[n, 3]`."""
        return (np.asarray(points) @ self.rotation.T)[..., :2] * self.scale + self.offset


def turn(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """The rotation, `[3, 3]`, by angles in radians.

    Args:
        yaw: To the image's right.
        pitch: Down.
        roll: Clockwise in the image.
    """
    cy, cp, cr = np.cos([yaw, pitch, roll])
    sy, sp, sr = np.sin([yaw, pitch, roll])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return about_z @ about_x @ about_y
