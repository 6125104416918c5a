"""Hair and beard: where on the chart they grow, how thick they are and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from components.ingest import portable
from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.faces import chart
from components.ingest.sources.faces.chart import Array
from components.ingest.sources.faces.textures import cut
from components.ingest.sources.faces.traits import Look

ASIDE = np.degrees(np.arccos(chart.DIRECTIONS[2]))
"""Degrees between straight ahead and each cell."""
AROUND = np.degrees(np.arctan2(chart.V, chart.U)).astype(np.intp) % 360
"""Where around the face each cell lies: 0 left ear, 90 chin, 180 right ear, 270 crown."""
NONE = 180.0
"""A hairline behind the head: no hair there."""


@dataclass(frozen=True)
class Cover:
    """Something that grows on the head or covers it.

    Attributes:
        opacity: How much it hides of what is beneath, `[CELLS, CELLS]`, 0 to 1.
        thickness: How far it stands off in mm, `[CELLS, CELLS]`.
        albedo: Its reflectance, `[CELLS, CELLS]`.
    """

    opacity: Array
    thickness: Array
    albedo: Array


@dataclass(frozen=True)
class Style:
    """How the hair is worn. A hairline is given in degrees from straight ahead.

    Attributes:
        forehead: The hairline above the middle of the face.
        temple: The hairline at the temples.
        side: The hairline in front of the ears.
        below: The hairline under the ears; `NONE` for hair that ends at the ears.
        top: Thickness on top in mm.
        sides: Thickness at the sides in mm.
        parting: How much further the hair hangs down on one side, in degrees.
        rough: How irregular the hairline is, in degrees.
        strands: What the hair looks like.
        long: Whether it falls down behind the neck.
    """

    forehead: float
    temple: float
    side: float
    below: float = NONE
    top: float = 10
    sides: float = 5
    parting: float = 0
    rough: float = 3
    strands: Literal["straight", "curly", "smooth"] = "straight"
    long: bool = False

    @classmethod
    def draw(cls, rng: Rng) -> Style:
        """Draws one of six ways to wear hair."""
        ways = (short, long_hair, fringe, curly, bald, cap)
        return pick(rng, ways, (0.4, 0.3, 0.1, 0.09, 0.06, 0.05))(rng)


def short(rng: Rng) -> Style:
    """Cut above the ears."""
    return Style(
        forehead=rng.normal(42, 4),
        temple=rng.normal(52, 4),
        side=rng.normal(68, 3),
        top=rng.uniform(4, 24),
        sides=rng.uniform(2, 10),
        parting=rng.normal(0, 3),
        rough=rng.uniform(1, 4),
        strands="curly" if chance(rng, 0.33) else "straight",
    )


def bald(rng: Rng) -> Style:
    """A receding hairline or no hair at all."""
    return Style(
        forehead=rng.uniform(60, 110),
        temple=rng.uniform(62, 95),
        side=rng.normal(73, 4),
        top=2,
        sides=rng.uniform(0, 6),
    )


def fringe(rng: Rng) -> Style:
    """Hair that hangs into the forehead."""
    return Style(
        forehead=rng.normal(27, 4),
        temple=rng.normal(41, 5),
        side=rng.normal(62, 4),
        below=pick(rng, (NONE, 70)),
        top=rng.uniform(8, 20),
        sides=rng.uniform(6, 16),
        parting=rng.normal(0, 6),
        rough=rng.uniform(2, 6),
        long=chance(rng, 0.5),
    )


def long_hair(rng: Rng) -> Style:
    """Hair that covers the ears and falls to the shoulders."""
    return Style(
        forehead=rng.normal(42, 5),
        temple=rng.normal(49, 5),
        side=rng.normal(61, 5),
        below=rng.normal(70, 6),
        top=rng.uniform(6, 20),
        sides=rng.uniform(8, 26),
        parting=rng.normal(0, 7),
        rough=rng.uniform(1, 4),
        strands="curly" if chance(rng, 0.25) else "straight",
        long=True,
    )


def curly(rng: Rng) -> Style:
    """A thick round mass of curls."""
    return Style(
        forehead=rng.normal(41, 4),
        temple=rng.normal(49, 4),
        side=rng.normal(63, 4),
        below=pick(rng, (NONE, 74)),
        top=rng.uniform(15, 45),
        sides=rng.uniform(10, 40),
        rough=rng.uniform(3, 6),
        strands="curly",
    )


def cap(rng: Rng) -> Style:
    """A cap, a hat or a scarf: smooth, with a sharp edge."""
    return Style(
        forehead=rng.normal(31, 4),
        temple=rng.normal(40, 4),
        side=rng.normal(60, 5),
        below=pick(rng, (NONE, 72)),
        top=rng.uniform(8, 30),
        sides=rng.uniform(5, 12),
        parting=rng.normal(0, 4),
        rough=0,
        strands="smooth",
    )


def grow_hair(rng: Rng, look: Look, style: Style) -> Cover:
    """Covers the head with hair of a style."""
    strands = comb(rng, style)
    depth = ASIDE - hairline(style)[AROUND] + np.float32(style.rough) * strands
    top = np.clip(0.5 - 1.5 * chart.V, 0, 1)
    thickness = np.float32(style.sides) + np.float32(style.top - style.sides) * top
    uneven = np.float32(0.06 * (style.top + style.sides)) * strands
    return Cover(
        opacity=np.clip(depth / 5, 0, 1),
        thickness=np.clip(depth / 14, 0, 1) * (thickness + uneven),
        albedo=np.float32(look.hair) * portable.exp(np.float32(0.3) * strands),
    )


def comb(rng: Rng, style: Style) -> Array:
    """The texture of the strands, `[CELLS, CELLS]`, of mean 0 and variance about 1."""
    if style.strands == "straight":
        return 0.8 * cut(rng, "locks", chart.CELLS) + 0.5 * cut(rng, "strands", chart.CELLS)
    return cut(rng, "curls" if style.strands == "curly" else "clouds", chart.CELLS)


def hairline(style: Style) -> Array:
    """The hairline in degrees from straight ahead for each degree around the face, `[360]`."""
    ear = max(style.side, 71.0)
    corner = (style.temple + style.forehead) / 2
    knots = {
        0: style.side,
        12: ear,
        25: style.below,
        60: style.below + 8,
        64: NONE,
        116: NONE,
        120: style.below + 8,
        155: style.below,
        168: ear,
        180: style.side,
        215: style.temple + style.parting,
        235: corner + style.parting,
        270: style.forehead,
        305: corner - style.parting,
        325: style.temple - style.parting,
        360: style.side,
    }
    return np.interp(np.arange(360), list(knots), list(knots.values())).astype(np.float32)


def grow_beard(rng: Rng, look: Look, mouth_height: float) -> Cover:
    """Covers chin, cheeks and upper lip with anything from stubble to a full beard."""
    cheeks, chin, lip = pick(rng, BEARDS, (0.6, 0.2, 0.15, 0.05))
    table = [[0, 200, 1, 1, 0.0]]
    if cheeks:
        table += [[sign * 54, mouth_height - 6, 12, 30, 0.9] for sign in (1, -1)]
    if chin:
        table += [[0, mouth_height + 38, 34 if cheeks else 15, 13, 1.6]]
        table += [[sign * 26, mouth_height + 6, 6, 14, 0.7] for sign in (1, -1) if lip]
    if lip:
        table += [[sign * 11, mouth_height - 11, 11, 4, 1.0] for sign in (1, -1)]
    hairs = cut(rng, "grain", chart.CELLS)
    strength = np.float32(pick(rng, (rng.uniform(0.15, 0.5), rng.uniform(0.7, 1))))
    opacity = strength * np.clip((chart.bumps(table) - 0.25) * 2 + 0.2 * hairs, 0, 1)
    return Cover(
        opacity=opacity,
        thickness=np.float32(rng.uniform(0, 9)) * strength * opacity,
        albedo=np.float32(look.beard) * portable.exp(np.float32(0.25) * hairs),
    )


BEARDS = ((True, True, True), (False, True, True), (False, False, True), (False, True, False))
"""Whether hair grows on the cheeks, the chin and the upper lip."""
