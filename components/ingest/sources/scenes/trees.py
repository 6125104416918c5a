"""Trees and bushes."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np

from components.ingest.draws import Rng, pick
from components.ingest.sources.scenes import colours
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.colours import Colour, scale
from components.ingest.sources.scenes.cutout import SHADE, Cutout, Spot, ellipse, limb
from components.ingest.sources.scenes.surfaces import Surface

BARKS: tuple[Colour, ...] = ((0.3, 0.23, 0.17), (0.4, 0.36, 0.32), (0.2, 0.16, 0.13))
KINDS = ("broad", "poplar", "conifer", "bush", "bare")
SHARES = (0.45, 0.16, 0.17, 0.14, 0.08)


def draw(rng: Rng, canvas: Canvas, x: float, z: float, kind: str | None = None) -> None:
    """Draws a tree of one of `KINDS`, or of any."""
    tree = Cutout(canvas, x, z)
    tree.darken(0.5)
    {"broad": broad, "poplar": poplar, "conifer": conifer, "bare": bare, "bush": bush}[
        kind or pick(rng, KINDS, SHARES)
    ](rng, tree)


def trunk(rng: Rng, tree: Cutout, height: float, width: float) -> Colour:
    """A trunk that leans a little; returns its colour."""
    bark = colours.vary(rng, pick(rng, BARKS), 0.1)
    lean = rng.normal(0, 0.04) * height
    whole = limb((0, 0), (lean, height), width * 1.2, width * 0.7)
    tree.polygon(whole, bark, Surface.BARK, SHADE)
    shift = tree.sunny * width * 0.2
    tree.polygon(
        limb((shift, 0), (lean + shift, height), width * 0.8, width * 0.4), bark, Surface.BARK
    )
    tree.cast(whole)
    return bark


def crown(rng: Rng, tree: Cutout, centre: Spot, radii: tuple[float, float], density: float) -> None:
    """Clumps of leaves, the sunny ones on top of the shaded ones."""
    leaf = colours.leaves(rng)
    wide, tall = radii
    number = int(14 + 22 * density)
    angle = rng.uniform(0, 2 * pi, number)
    reach = np.sqrt(rng.random(number)) * 0.8
    right, up = reach * np.cos(angle), reach * np.sin(angle)
    size = min(wide, tall) * rng.uniform(0.16, 0.36, number)
    sun = 0.5 + 0.35 * up + 0.35 * tree.sunny * right + rng.normal(0, 0.12, number)
    for k in np.argsort(sun).tolist():
        lit = float(np.clip(sun[k], 0, 1))
        tone = tree.tone(scale(leaf, 0.6 + 0.6 * lit), lit * tree.lit)
        spot = (centre[0] + wide * right[k], centre[1] + tall * up[k])
        tree.blob(spot, float(size[k]), tone, Surface.LEAVES)
    tree.cast(ellipse(centre, (wide * 0.9, tall * 0.9)))


def broad(rng: Rng, tree: Cutout) -> None:
    """A round crown on a trunk, from a sapling to an old plane."""
    height = rng.uniform(3.5, 11)
    clear = height * rng.uniform(0.22, 0.45)
    wide = (height - clear) * rng.uniform(0.35, 0.65)
    trunk(rng, tree, clear + 0.5, height * rng.uniform(0.03, 0.06))
    tall = (height - clear) / 2
    crown(rng, tree, (0, clear + tall), (wide, tall), rng.random())


def poplar(rng: Rng, tree: Cutout) -> None:
    """A narrow crown that nearly reaches the ground."""
    height = rng.uniform(4, 13)
    trunk(rng, tree, 1.2, 0.3)
    crown(rng, tree, (0, 0.6 + height / 2), (height * rng.uniform(0.12, 0.2), height / 2), 0.8)


def conifer(rng: Rng, tree: Cutout) -> None:
    """Tiers of branches, narrower towards the top."""
    height, wide = rng.uniform(3, 12), rng.uniform(0.2, 0.32)
    trunk(rng, tree, height * 0.3, height * 0.04)
    leaf = scale(colours.leaves(rng), 0.8)
    tiers = int(rng.integers(4, 8))
    for k in range(tiers):
        low = height * (0.12 + 0.8 * k / tiers)
        reach = (height - low) * wide * rng.uniform(0.9, 1.2)
        top = min(height, low + height * 1.7 / tiers)
        tree.polygon([(-reach, low), (reach, low), (0, top)], leaf, Surface.LEAVES, SHADE)
        tip = tree.sunny * reach
        tree.polygon([(tip * 0.1, low), (tip, low), (0, top)], leaf, Surface.LEAVES)
    tree.cast([(-height * wide, height * 0.12), (height * wide, height * 0.12), (0, height)])


def bare(rng: Rng, tree: Cutout) -> None:
    """A trunk with branches, in winter."""
    height = rng.uniform(4, 9)
    stem = height * 0.4
    bark = trunk(rng, tree, stem, height * 0.045)
    for _ in range(rng.integers(5, 10)):
        start = (0.0, stem * rng.uniform(0.7, 1))
        angle, length = rng.normal(0, 0.55), height * rng.uniform(0.3, 0.6)
        middle = (sin(angle) * length, start[1] + cos(angle) * length)
        tree.line(start, middle, height * 0.014, bark, Surface.BARK)
        for _ in range(2):
            bend = angle + rng.normal(0, 0.5)
            half = (middle[0] * 0.6, start[1] + (middle[1] - start[1]) * 0.6)
            tip = (half[0] + sin(bend) * length * 0.4, half[1] + cos(bend) * length * 0.4)
            tree.line(half, tip, height * 0.008, bark, Surface.BARK)
            tree.cast(limb(start, tip, 0.12, 0.05))


def bush(rng: Rng, tree: Cutout) -> None:
    """A bush, about as tall as a person."""
    height = rng.uniform(0.7, 2.2)
    crown(rng, tree, (0, height * 0.45), (height * rng.uniform(0.3, 0.7), height * 0.5), 0.6)
