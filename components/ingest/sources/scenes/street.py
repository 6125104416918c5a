"""The ground: road, pavements, what is beside them and what is painted on them."""

from __future__ import annotations

from dataclasses import dataclass

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.colours import FOLIAGE, Colour, scale, vary
from components.ingest.sources.scenes.surfaces import Surface
from components.ingest.sources.scenes.view import Point

FAR = 220.0
BEHIND = -40.0
"""Metres along the street between which the ground has details."""

STONES: tuple[Colour, ...] = (
    (0.62, 0.6, 0.57),
    (0.5, 0.5, 0.51),
    (0.66, 0.58, 0.47),
    (0.56, 0.39, 0.31),
)
SOILS: tuple[Colour, ...] = ((0.45, 0.37, 0.26), (0.6, 0.55, 0.45))
ROADS: tuple[Colour, ...] = (
    (0.18, 0.18, 0.19),
    (0.25, 0.25, 0.26),
    (0.33, 0.33, 0.33),
    (0.27, 0.25, 0.23),
)
WHITE: Colour = (0.85, 0.85, 0.83)
YELLOW: Colour = (0.85, 0.68, 0.2)


@dataclass(frozen=True)
class Side:
    """What lies beside the road, in metres from its middle.

    Attributes:
        kerb: Where the road ends.
        pavement: Where the pavement ends.
        facade: Where the buildings begin.
        stone: The pavement's colour.
        beyond: The colour of what lies between pavement and buildings.
        green: Whether that is grass or soil, not paving.
    """

    kerb: float
    pavement: float
    facade: float
    stone: Colour
    beyond: Colour
    green: bool


@dataclass(frozen=True)
class Street:
    """The plan of a street that runs along z.

    Attributes:
        sides: Left and right.
        road: Colour of the road.
        crossing: z where another street begins that crosses this one; None without.
        width: Of the other street in metres.
    """

    sides: tuple[Side, Side]
    road: Colour
    crossing: float | None
    width: float

    @classmethod
    def draw(cls, rng: Rng, open_land: float = 0.0) -> Street:
        """Draws a plan; `open_land` metres more lie before the buildings."""
        half = pick(rng, (rng.uniform(2.3, 4), rng.uniform(3.5, 7.5)))
        stone = vary(rng, pick(rng, STONES))
        return cls(
            sides=(
                draw_side(rng, half, stone, open_land),
                draw_side(rng, half, stone, open_land),
            ),
            road=vary(rng, pick(rng, ROADS), 0.08),
            crossing=rng.uniform(8, 40) if chance(rng, 0.45) else None,
            width=rng.uniform(5, 10),
        )

    def side(self, x: float) -> Side:
        """The side on which an x lies."""
        return self.sides[int(x > 0)]

    def in_crossing(self, z: float, margin: float = 0.0) -> bool:
        """Whether the other street runs here."""
        if self.crossing is None:
            return False
        return self.crossing - margin <= z <= self.crossing + self.width + margin

    def has_room(self, x: float, z: float) -> bool:
        """Whether a place is between the buildings."""
        return self.in_crossing(z) or abs(x) < self.side(x).facade - 0.3

    def on_road(self, x: float, z: float) -> bool:
        """Whether a place is on one of the roads."""
        return abs(x) < self.side(x).kerb or self.in_crossing(z)


def draw_side(rng: Rng, kerb: float, stone: Colour, open_land: float) -> Side:
    """Draws one side of a road."""
    pavement = kerb + pick(rng, (rng.uniform(1.5, 4.5), 0.3), (0.92, 0.08))
    front = pick(rng, (0.0, rng.uniform(1, 7), rng.uniform(8, 16)), (0.5, 0.35, 0.15))
    green = chance(rng, 0.7)
    soil = pick(rng, (*FOLIAGE[:4], *SOILS)) if green else pick(rng, STONES)
    return Side(kerb, pavement, pavement + front + open_land, stone, vary(rng, soil, 0.1), green)


def strip(left: float, right: float, near: float = BEHIND, far: float = FAR) -> list[Point]:
    """A rectangle on the ground."""
    return [(left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far)]


def draw(rng: Rng, canvas: Canvas, street: Street) -> None:
    """Draws all that is flat."""
    for sign, side in zip((-1, 1), street.sides, strict=True):
        land = Surface.GRASS if side.green else Surface.PAVING
        canvas.flat(strip(0, sign * 2_000, -2_000, 2_000), side.beyond, land)
        canvas.flat(strip(sign * side.kerb, sign * side.pavement), side.stone, Surface.PAVING)
    draw_slabs(rng, canvas, street)
    if street.crossing is not None:
        near, far = street.crossing, street.crossing + street.width
        for edge in (near - 2, far):
            canvas.flat(strip(-FAR, FAR, edge, edge + 2), street.sides[0].stone, Surface.PAVING)
        canvas.flat(strip(-FAR, FAR, near, far), street.road, Surface.ASPHALT)
    draw_road(rng, canvas, street)


def draw_slabs(rng: Rng, canvas: Canvas, street: Street) -> None:
    """Joints across the pavements, on most streets."""
    if chance(rng, 0.25):
        return
    pace = rng.uniform(0.8, 2.5)
    for sign, side in zip((-1, 1), street.sides, strict=True):
        for k in range(14):
            z = 1 + k * pace
            line = strip(sign * side.kerb, sign * side.pavement, z, z + 0.05)
            canvas.flat(line, scale(side.stone, 0.75), Surface.PAVING)


def draw_road(rng: Rng, canvas: Canvas, street: Street) -> None:
    """The road with its kerbs and markings; patches where it was mended."""
    left, right = -street.sides[0].kerb, street.sides[1].kerb
    kerb = scale(street.sides[0].stone, rng.uniform(0.8, 1.35))
    canvas.flat(strip(left - 0.15, right + 0.2), kerb, Surface.PAVING)
    canvas.flat(strip(left, right), street.road, Surface.ASPHALT)
    if street.crossing is not None:
        canvas.flat(
            strip(-30, 30, street.crossing, street.crossing + street.width),
            street.road,
            Surface.ASPHALT,
        )
    for _ in range(rng.integers(0, 4)):
        x, z = rng.uniform(left, right - 1), rng.uniform(2, 25)
        patch = strip(x, min(right, x + rng.uniform(0.5, 2.5)), z, z + rng.uniform(0.5, 6))
        canvas.flat(patch, scale(street.road, rng.uniform(0.7, 1.3)), Surface.ASPHALT)
    draw_markings(rng, canvas, street)


def draw_markings(rng: Rng, canvas: Canvas, street: Street) -> None:
    """Middle line, edge lines and a zebra crossing, each on some streets."""
    left, right = -street.sides[0].kerb, street.sides[1].kerb
    paint = scale(pick(rng, (WHITE, YELLOW), (0.8, 0.2)), rng.uniform(0.6, 1))
    if chance(rng, 0.6):
        dash, gap = pick(rng, ((3, 4), (2, 2), (200, 0)))
        for k in range(min(14, int(120 / (dash + gap)) + 1)):
            z = k * (dash + gap) - 2
            canvas.flat(strip(-0.07, 0.07, z, z + dash), paint, Surface.ASPHALT)
    if chance(rng, 0.4):
        for x in (left + 0.4, right - 0.4):
            canvas.flat(strip(x - 0.06, x + 0.06), paint, Surface.ASPHALT)
    if chance(rng, 0.3):
        start = street.crossing - 5 if street.crossing else rng.uniform(4, 25)
        for k in range(int((right - left) / 1.0)):
            x = left + 0.25 + k
            canvas.flat(strip(x, x + 0.5, start, start + 3), paint, Surface.ASPHALT)
