"""The camera: from metres in the world to pixels.

World coordinates are metres: x to the right across the street, y up, z along the street. The
camera stands at z = 0. Pixels are those of the canvas, which is finer than the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, hypot, radians, sin
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from components.ingest.draws import Rng, pick

Point = tuple[float, float, float]
Pixel = tuple[float, float]
Array = NDArray[np.floating[Any]]  # float32; stubs take its products with floats for float64
Number = TypeVar("Number", float, NDArray[np.float64])

NEAR = 0.5
"""Metres before the camera from which on things are seen."""


@dataclass(frozen=True)
class View:
    """A pinhole camera whose verticals stay parallel, as with a shift lens.

    Attributes:
        height: Of the canvas in pixels.
        width: Of the canvas in pixels.
        focal: Focal length in pixels.
        horizon: Row of the horizon in the middle column, before the camera rolls.
        eye: Height of the camera above the ground in metres.
        x: Metres to the right of the middle of the road.
        yaw: Turn to the right in radians; at 0 the camera looks along the street.
        roll: Clockwise turn of the picture in radians.
    """

    height: int
    width: int
    focal: float
    horizon: float
    eye: float
    x: float
    yaw: float
    roll: float

    @classmethod
    def draw(cls, rng: Rng, height: int, width: int, reach: tuple[float, float]) -> View:
        """Draws a camera that stands at an x within `reach`."""
        eye = pick(rng, (rng.uniform(1.1, 1.9), rng.uniform(1.9, 4.5)), (0.75, 0.25))
        middle = 0.47 - 0.05 * (eye - 1.6)
        turn = pick(rng, (rng.normal(0, 12), rng.uniform(-75, 75)), (0.65, 0.35))
        return cls(
            height=height,
            width=width,
            focal=max(height, width) * rng.uniform(0.7, 1.35),
            horizon=height * (middle + rng.normal(0, 0.07)),
            eye=eye,
            x=rng.uniform(*reach),
            yaw=radians(turn),
            roll=radians(rng.normal(0, 1.8)),
        )

    @cached_property
    def _turn(self) -> tuple[float, float]:
        return cos(self.yaw), sin(self.yaw)

    @cached_property
    def _tilt(self) -> tuple[float, float]:
        return cos(self.roll), sin(self.roll)

    def to_camera(self, x: Number, y: Number, z: Number) -> tuple[Number, Number, Number]:
        """Points as seen from the camera: metres to the right, up and ahead."""
        dx = x - self.x
        c, s = self._turn
        return dx * c - z * s, y - self.eye, dx * s + z * c

    def to_pixel(self, right: Number, up: Number, ahead: Number) -> tuple[Number, Number]:
        """Column and row of points that are given as seen from the camera."""
        u = self.focal * right / ahead
        v = self.horizon - self.height / 2 - self.focal * up / ahead
        c, s = self._tilt
        return self.width / 2 + u * c - v * s, self.height / 2 + u * s + v * c

    def outline(self, points: list[Point]) -> list[Pixel]:
        """The polygon in pixels, cut off where it comes too near; may be empty."""
        seen = [self.to_camera(*point) for point in points]
        if min(point[2] for point in seen) < NEAR:
            seen = clip(seen)
        return [self.to_pixel(*point) for point in seen]

    def on_ground(self, column: float, ahead: float) -> tuple[float, float]:
        """The ground `ahead` metres away that is seen in a column: its x and z."""
        right = (column - self.width / 2) / self.focal * ahead
        c, s = self._turn
        return self.x + right * c + ahead * s, ahead * c - right * s

    def ahead(self, x: float, z: float) -> float:
        """Metres ahead of the camera."""
        return self.to_camera(x, 0, z)[2]

    def sees(self, x: float, z: float, radius: float) -> bool:
        """Whether something that is this wide may be in the picture."""
        right, _, ahead = self.to_camera(x, 0, z)
        edge = self.width / 2 / self.focal
        return ahead > NEAR - radius and abs(right) - radius * hypot(1, edge) < edge * abs(ahead)

    def floor(self) -> tuple[Array, Array, Array]:
        """Where the rays of all pixels meet the ground: x, z and metres ahead.

        Above the horizon the rays are taken as meeting it very far away. Each is
        `[height, width]`.
        """
        v = (np.arange(self.height, dtype=np.float32) - self.height / 2)[:, None]
        u = (np.arange(self.width, dtype=np.float32) - self.width / 2)[None]
        c, s = self._tilt
        below = v * c - u * s - np.float32(self.horizon - self.height / 2)
        ahead = np.float32(self.focal * self.eye) / np.maximum(below, np.float32(0.05))
        right = (u * c + v * s) * ahead * np.float32(1 / self.focal)
        c, s = self._turn
        return right * c + ahead * s + np.float32(self.x), ahead * c - right * s, ahead


def clip(points: list[Point]) -> list[Point]:
    """The part of a polygon that is beyond `NEAR` (Sutherland and Hodgman, 1974)."""
    kept: list[Point] = []
    for start, end in zip(points, [*points[1:], points[0]], strict=True):
        if start[2] >= NEAR:
            kept.append(start)
        if (start[2] >= NEAR) != (end[2] >= NEAR):
            t = (NEAR - start[2]) / (end[2] - start[2])
            x, y = (a + t * (b - a) for a, b in zip(start[:2], end[:2], strict=True))
            kept.append((x, y, NEAR))
    return kept


@dataclass(frozen=True)
class Frame:
    """Axes of a thing that stands on the ground.

    Attributes:
        x: Of its origin.
        z: Of its origin.
        heading: Radians from the street's direction to the right.
    """

    x: float
    z: float
    heading: float = 0.0

    @cached_property
    def _turn(self) -> tuple[float, float]:
        return cos(self.heading), sin(self.heading)

    def at(self, forward: float, right: float, up: float) -> Point:
        """The world coordinates of a point given in metres along the axes."""
        c, s = self._turn
        return self.x + forward * s + right * c, up, self.z + forward * c - right * s

    def locate(self, x: float, z: float) -> tuple[float, float]:
        """Metres forward and right, along the axes, of a place in the world."""
        c, s = self._turn
        dx, dz = x - self.x, z - self.z
        return dx * s + dz * c, dx * c - dz * s
