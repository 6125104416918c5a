"""Colours as shares of the light that comes back, red, green and blue in 0 to 1."""

from __future__ import annotations

from colorsys import hsv_to_rgb

from components.ingest.draws import Rng, chance, pick

Colour = tuple[float, float, float]

BRICKS: tuple[Colour, ...] = ((0.55, 0.28, 0.2), (0.45, 0.25, 0.2), (0.65, 0.42, 0.3))
PLASTERS: tuple[Colour, ...] = (
    (0.85, 0.82, 0.75),
    (0.8, 0.7, 0.5),
    (0.75, 0.55, 0.45),
    (0.6, 0.62, 0.6),
    (0.55, 0.65, 0.7),
    (0.5, 0.48, 0.45),
    (0.7, 0.72, 0.6),
    (0.35, 0.36, 0.4),
)
FOLIAGE: tuple[Colour, ...] = (
    (0.2, 0.35, 0.12),
    (0.28, 0.42, 0.16),
    (0.14, 0.26, 0.14),
    (0.38, 0.42, 0.15),
    (0.62, 0.48, 0.14),
    (0.55, 0.28, 0.12),
    (0.32, 0.14, 0.16),
)
FOLIAGE_SHARES = (0.3, 0.3, 0.18, 0.1, 0.05, 0.04, 0.03)
GREYS: tuple[Colour, ...] = (
    (0.85, 0.85, 0.86),
    (0.6, 0.61, 0.63),
    (0.35, 0.36, 0.38),
    (0.12, 0.12, 0.13),
    (0.06, 0.06, 0.07),
)
SKINS: tuple[Colour, ...] = (
    (0.9, 0.72, 0.6),
    (0.82, 0.62, 0.48),
    (0.7, 0.5, 0.36),
    (0.5, 0.33, 0.23),
    (0.33, 0.21, 0.15),
)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A blend of two colours that has this share of the second."""
    (r, g, b), (x, y, z) = first, second
    return r + (x - r) * share, g + (y - g) * share, b + (z - b) * share


def scale(colour: Colour, factor: float) -> Colour:
    """A lighter or darker colour."""
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def vary(rng: Rng, colour: Colour, spread: float = 0.05) -> Colour:
    """A colour near another; each channel is off by about `spread` of it."""
    red, green, blue, all_three = (1 + spread * rng.normal(size=4)).tolist()
    r, g, b = scale(colour, all_three)
    return r * red, g * green, b * blue


def vivid(rng: Rng) -> Colour:
    """Any hue, more or less saturated."""
    return hsv_to_rgb(rng.random(), rng.uniform(0.25, 0.9), rng.uniform(0.2, 0.9))


def wall(rng: Rng) -> Colour:
    """Brick, plaster or concrete."""
    return vary(rng, pick(rng, BRICKS) if chance(rng, 0.35) else pick(rng, PLASTERS), 0.08)


def leaves(rng: Rng) -> Colour:
    """Of any season but winter."""
    return vary(rng, pick(rng, FOLIAGE, FOLIAGE_SHARES), 0.1)


def paint(rng: Rng) -> Colour:
    """Of cars and of street furniture: mostly grey, else any."""
    return vary(rng, pick(rng, GREYS)) if chance(rng, 0.6) else vivid(rng)


def cloth(rng: Rng) -> Colour:
    """Of clothes: any, also that of a wall, a tree, a car or the asphalt."""
    return pick(rng, (vivid, paint, wall, leaves), (0.43, 0.33, 0.13, 0.11))(rng)


def skin(rng: Rng) -> Colour:
    """Of skin."""
    return vary(rng, pick(rng, SKINS), 0.06)


def hair(rng: Rng) -> Colour:
    """Of hair: mostly dark, also blond, red, grey and white."""
    tones: tuple[Colour, ...] = (
        (0.07, 0.05, 0.04),
        (0.2, 0.12, 0.07),
        (0.55, 0.42, 0.22),
        (0.4, 0.18, 0.08),
        (0.6, 0.6, 0.6),
    )
    return vary(rng, pick(rng, tones, (0.4, 0.3, 0.14, 0.06, 0.1)), 0.1)
