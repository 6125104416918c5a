"""Neck, clothes, and hair that falls behind the neck."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.faces.chart import Array
from components.ingest.sources.faces.layer import Layer, Outline
from components.ingest.sources.faces.light import Light
from components.ingest.sources.faces.pose import Pose
from components.ingest.sources.faces.textures import cut
from components.ingest.sources.faces.traits import Look

LEAN = 0.4  # share of the head's tilt that the shoulders follow
THROAT = (0, 75, 0)  # the body's origin in mm of the head


def draw(
    rng: Rng, look: Look, light: Light, pose: Pose, side: int, long_hair: bool
) -> tuple[Array, Array]:
    """Draws all of a person but the head.

    Returns:
        Brightness and opacity, `[side, side]` each.
    """
    layer = upright(pose, side)
    if long_hair:
        curtain(rng, layer, look.hair * light.level)
    width = neck(rng, layer, look.skin * light.level)
    clothes(rng, layer, width)
    grey, opacity = layer.channels()
    weave = cut(rng, pick(rng, ("strands", "grain", "clouds", "locks")), side)
    across = np.linspace(-1, 1, side, dtype=np.float32)
    lit = 1 + across * np.float32(0.5 * light.key * light.lamp[0])
    return grey * (1 + np.float32(0.12) * weave) * lit, opacity


def upright(pose: Pose, side: int) -> Layer:
    """A layer drawn on in mm from the throat, on axes that lean less than the head."""
    lean = LEAN * np.arctan2(pose.rotation[1, 0], pose.rotation[0, 0])
    turn = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    origin = pose.project([THROAT])[0]

    def to_pixels(points: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(points) @ turn * pose.scale + origin

    return Layer(side, to_pixels, pose.scale)


def curtain(rng: Rng, layer: Layer, tone: float) -> None:
    """Hair that falls behind the neck, or on the shoulders."""
    left, right = rng.uniform(70, 110, size=2)
    end = pick(rng, (50, 90, 220))
    outline = [
        [-60, -110],
        [60, -110],
        [right, -60],
        [right + rng.normal(0, 15), 0],
        [right + rng.normal(0, 15), end * 0.7],
        [right - 15, end],
        [15 - left, end],
        [-left + rng.normal(0, 15), end * 0.7],
        [-left + rng.normal(0, 15), 0],
        [-left, -60],
    ]
    layer.polygon(outline, tone * 0.8)


def neck(rng: Rng, layer: Layer, tone: float) -> float:
    """The neck down to the chest; returns half its width in mm."""
    half = rng.uniform(40, 56)
    right: Outline = [[half, -40], [half, 60], [half + 60, 160]]
    left: Outline = [[-x, y] for x, y in reversed(right)]
    layer.polygon(right + left, tone * 0.85)
    return half


def clothes(rng: Rng, layer: Layer, neck_width: float) -> None:
    """Shoulders with a round, pointed or high neckline, maybe with a shirt and a tie."""
    tone = pick(rng, (rng.uniform(0.02, 0.15), rng.uniform(0.02, 1)))
    high, slope = rng.uniform(30, 62), rng.uniform(15, 50)
    right: Outline = [[neck_width, high], [190, high + slope], [190, 300]]
    left: Outline = [[-x, y] for x, y in reversed(right)]
    layer.polygon([[0, high + rng.uniform(0, 90)], *right, *left], tone)
    if chance(rng, 0.3):
        shirt(rng, layer, neck_width, high)


def shirt(rng: Rng, layer: Layer, neck_width: float, high: float) -> None:
    """A collar, half of the time with a tie."""
    tone = rng.uniform(0.3, 1)
    for side in (-1, 1):
        inner, outer = side * neck_width, side * (neck_width + 18)
        wing: Outline = [
            [inner, high - 12],
            [0, high + 45],
            [side * 12, high + 75],
            [outer, high + 20],
        ]
        layer.polygon(wing, tone)
    if chance(rng, 0.5):
        tie: Outline = [[-9, high + 38], [9, high + 38], [16, 300], [-16, 300]]
        layer.polygon(tie, rng.uniform(0, 0.6))
