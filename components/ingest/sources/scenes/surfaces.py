"""What a pixel shows, which class that is, and how rough it looks."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np

from components.ingest.sources.faces.textures import Texture

CLASSES = ("sky", "ground", "road", "building", "tree", "car", "person")
VOID = 255


class Surface(IntEnum):
    """A number that is drawn along with every colour; each car and person has its own."""

    SKY = 0
    GRASS = 1
    PAVING = 2
    ASPHALT = 3
    WALL = 4
    WINDOW = 5
    BARK = 6
    LEAVES = 7
    PROP = 10
    CAR = 16  # and above: body and glass of the first car, of the second, ...
    CAR_GLASS = 17
    PERSON = 64  # and above: the first person, the second, ...


CLASS_NAMES: Mapping[Surface, str] = {
    Surface.SKY: "sky",
    Surface.GRASS: "ground",
    Surface.PAVING: "ground",
    Surface.ASPHALT: "road",
    Surface.WALL: "building",
    Surface.WINDOW: "building",
    Surface.BARK: "tree",
    Surface.LEAVES: "tree",
    Surface.CAR: "car",
    Surface.CAR_GLASS: "car",
}
"""The class of each surface; `PROP` has none."""

ROUGHNESS: Mapping[Texture, Mapping[Surface, float]] = {
    "grain": {
        Surface.WALL: 0.03,
        Surface.BARK: 0.08,
        Surface.LEAVES: 0.08,
        Surface.PROP: 0.03,
        Surface.PERSON: 0.03,
    },
    "curls": {Surface.LEAVES: 0.22, Surface.BARK: 0.06, Surface.WINDOW: 0.12},
    "strands": {Surface.BARK: 0.12, Surface.WALL: 0.02, Surface.PERSON: 0.05},
    "clouds": {
        Surface.WALL: 0.06,
        Surface.LEAVES: 0.08,
        Surface.WINDOW: 0.15,
        Surface.CAR: 0.06,
        Surface.CAR_GLASS: 0.2,
        Surface.PROP: 0.06,
        Surface.PERSON: 0.07,
    },
}
"""Standard deviation of a surface's brightness, as a share of it, under each texture."""

FLOOR: Mapping[Surface, float] = {
    Surface.GRASS: 0.16,
    Surface.PAVING: 0.05,
    Surface.ASPHALT: 0.09,
}
"""What lies flat on the ground, and the standard deviation of its brightness."""


def table(values: Mapping[Surface, float]) -> np.ndarray:
    """The values as a lookup by surface, float32 `[256]`; cars and people have the first's."""
    found = np.zeros(256, np.float32)
    for surface, value in values.items():
        found[surface] = value
    return repeat_first(found)


def class_table() -> np.ndarray:
    """The class of each surface, uint8 `[256]`."""
    found = np.full(256, VOID, np.uint8)
    for surface, name in CLASS_NAMES.items():
        found[surface] = CLASSES.index(name)
    found[Surface.PERSON] = CLASSES.index("person")
    return repeat_first(found)


def repeat_first(found: np.ndarray) -> np.ndarray:
    """A lookup by surface `[256]` in which all cars and people are like the first ones."""
    found[Surface.PERSON :] = found[Surface.PERSON]
    for part in (Surface.CAR, Surface.CAR_GLASS):
        found[part : Surface.PERSON : 2] = found[part]
    return found


def car_surface(number: int) -> int:
    """The surface of the body of a car; that of its glass is the next one.

    Raises:
        ValueError: When there are more cars than surfaces.
    """
    surface = Surface.CAR + 2 * number
    if surface >= Surface.PERSON:
        raise ValueError(f"there is no surface for car {number}")
    return surface


CLASS_OF = class_table()
ROUGHNESS_OF = {texture: table(values) for texture, values in ROUGHNESS.items()}
FLOOR_OF = table(FLOOR)
