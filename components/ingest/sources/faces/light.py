"""Light on the head and the shadows it casts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.ingest.draws import Rng, pick
from components.ingest.sources.faces import chart
from components.ingest.sources.faces.chart import Array, Bumps, both_sides
from components.ingest.sources.faces.head import Head
from components.ingest.sources.faces.pose import Pose
from components.ingest.sources.faces.traits import Shape

SHADOW_STEPS = (4, 9, 16, 26, 40)
"""How far from a point, in mm, something is looked for that hides the lamp."""
FAR = 100.0
"""Nothing casts a shadow on what is further behind the head's centre than this, in mm."""


@dataclass(frozen=True)
class Light:
    """A lamp, a second one from behind, and the light from all around.

    Attributes:
        lamp: Unit vector to the lamp: right, down, to the camera, `[3]`.
        key: Strength of the lamp.
        ambient: Strength of the light from all around.
        rim: Strength of the light from behind; its sign is the side it comes from.
        softness: 0 for a small lamp, 1 for one as wide as the sky.
    """

    lamp: NDArray[np.float64]
    key: float
    ambient: float
    rim: float
    softness: float

    @classmethod
    def draw(cls, rng: Rng) -> Light:
        """Draws a light, mostly from the front and from above."""
        side = np.clip(rng.normal(0, 0.75), -1.8, 1.8)
        up = np.clip(rng.normal(0.45, 0.4), -0.7, 1.3)
        ambient = pick(rng, (rng.uniform(0.04, 0.2), rng.uniform(0.2, 0.6)), (0.35, 0.65))
        return cls(
            lamp=np.array([np.sin(side) * np.cos(up), -np.sin(up), np.cos(side) * np.cos(up)]),
            key=rng.uniform(0.9, 1.1) - ambient,
            ambient=ambient,
            rim=pick(rng, (0.0, rng.uniform(-0.8, 0.8)), (0.7, 0.3)),
            softness=rng.uniform(0.05, 0.6),
        )

    @property
    def level(self) -> float:
        """Brightness of something white that faces the camera."""
        return self.ambient + 0.6 * self.key * max(0.2, self.lamp[2])


def hollows(shape: Shape) -> Array:
    """The share of the light from all around that reaches each cell."""
    left: Bumps = [
        [shape.eye_spacing - 8, -2, 11, 7, 0.3],
        [17, shape.nose_length - 3, 3, 9, 0.2],
    ]
    middle: Bumps = [
        [0, shape.nose_length + 11, 12, 3, 0.15],
        [0, shape.mouth_height + 18, 14, 3.5, 0.25],
        [0, 113, 60, 9, 0.5],
    ]
    return 1 - chart.bumps(both_sides(left) + middle)


def shade(
    head: Head, pose: Pose, light: Light, albedo: Array, gloss: Array, openness: Array
) -> Array:
    """The brightness of each cell: Lambert's law, and Blinn's highlight to the 16th power."""
    nx, ny, nz = head.normals()

    def facing(vector: ArrayLike) -> Array:
        x, y, z = (pose.rotation.T @ np.asarray(vector)).astype(np.float32)
        return x * nx + y * ny + z * nz

    wrap = np.float32(light.softness)
    lit = np.maximum((facing(light.lamp) + wrap) / (1 + wrap), 0)
    around = openness * (1 - np.float32(0.25) * ny)
    result = albedo * (np.float32(light.ambient) * around + np.float32(light.key) * lit)
    if light.rim:
        edge = facing([np.sign(light.rim), -0.3, -0.35])
        result += np.float32(abs(light.rim)) * albedo * np.maximum(edge, 0)
    halfway = light.lamp + np.array([0, 0, 1])
    shine = np.maximum(facing(halfway / np.linalg.norm(halfway)), 0)
    for _ in range(4):
        shine *= shine
    return result + np.float32(light.key) * gloss * shine


def shadow(depth: Array, light: Light, scale: float) -> Array:
    """The share of the brightness that cast shadows take away, `[side, side]`.

    Args:
        depth: How near to the camera each pixel is in mm, `[side, side]`.
        light: The light.
        scale: Pixels per mm.
    """
    side = len(depth)
    above = np.zeros_like(depth)
    for step in SHADOW_STEPS:
        dx, dy, dz = step * light.lamp * [scale, scale, 1]
        here, there = shifted(round(dy), side), shifted(round(dx), side)
        hidden = depth[here[1], there[1]] - depth[here[0], there[0]] - np.float32(dz)
        np.maximum(above[here[0], there[0]], hidden, out=above[here[0], there[0]])
    share = light.key / (light.key + light.ambient) * (1 - 0.6 * light.softness)
    return np.where(depth > -FAR, np.clip((above - 1) / 5, 0, 1) * np.float32(share), 0)


def shifted(step: int, side: int) -> tuple[slice, slice]:
    """Where along an axis a pixel and the one `step` further are both inside."""
    return slice(max(0, -step), side - max(0, step)), slice(max(0, step), side + min(0, step))
