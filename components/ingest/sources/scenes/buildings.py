"""Houses: boxes with windows, doors, shops and roofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, pi

import numpy as np

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.scenes import colours
from components.ingest.sources.scenes.canvas import Canvas, dot, outward
from components.ingest.sources.scenes.colours import Colour, mix, scale
from components.ingest.sources.scenes.light import Light
from components.ingest.sources.scenes.street import Street
from components.ingest.sources.scenes.surfaces import Surface
from components.ingest.sources.scenes.view import Frame, Point

Box = tuple[float, float, float, float]
STOREY = 3.0
FINEST = 2.2
"""Pixels of the canvas that a metre must have for windows, or a brick course to be drawn."""
ROOFS: tuple[Colour, ...] = ((0.5, 0.25, 0.17), (0.25, 0.25, 0.27), (0.4, 0.33, 0.28))
LAMPLIGHT: Colour = (1.0, 0.85, 0.55)


@dataclass(frozen=True)
class Building:
    """A box with its facade on the street.

    Attributes:
        frame: At the facade's middle on the ground; forward is along the facade, right is
            out of it.
        length: Of the facade in metres.
        depth: From the facade to the back in metres.
        height: Of the walls in metres.
        ridge: Height of the roof above the walls; 0 for a flat roof.
        gable: Whether the roof's gable is on the facade.
    """

    frame: Frame
    length: float
    depth: float
    height: float
    ridge: float
    gable: bool

    @property
    def inside(self) -> Point:
        """A point in the middle."""
        return self.frame.at(0, -self.depth / 2, self.height / 2)

    def wall(self, name: str) -> list[Point]:
        """The corners of a wall: bottom at its start and end, top at its end and start."""
        h, d = self.length / 2, self.depth
        (a, b), (c, e) = {
            "front": ((-h, 0), (h, 0)),
            "start": ((-h, -d), (-h, 0)),
            "end": ((h, 0), (h, -d)),
        }[name]
        at, top = self.frame.at, self.height
        return [at(a, b, 0), at(c, e, 0), at(c, e, top), at(a, b, top)]


def row(rng: Rng, street: Street, sign: int, ends: float) -> list[Building]:
    """The buildings on one side of the street, with gaps."""
    side = street.sides[int(sign > 0)]
    found = []
    z = rng.uniform(-25, -5)
    tall = rng.uniform(4, 18)
    gaps = pick(rng, (0.08, 0.3, 0.85), (0.55, 0.3, 0.15))
    while z < ends:
        length = rng.uniform(6, 24)
        if street.in_crossing(z) or street.in_crossing(z + length):
            z = street.crossing + street.width + 2.5 if street.crossing else z
        if not street.in_crossing(z + length / 2, length / 2):
            frame = Frame(sign * side.facade, z + length / 2, pi if sign > 0 else 0.0)
            found.append(draw_shape(rng, frame, length, tall * rng.uniform(0.7, 1.4)))
        z += length + (rng.uniform(2, 14) if chance(rng, gaps) else 0)
    return found


def draw_shape(rng: Rng, frame: Frame, length: float, height: float) -> Building:
    """Draws what a building of this size looks like."""
    height = max(3.2, STOREY * round(height / STOREY) + rng.uniform(0, 0.8))
    pitched = chance(rng, 0.8 if height < 10 else 0.3)
    ridge = rng.uniform(1.5, 4) if pitched else 0.0
    return Building(frame, length, rng.uniform(7, 13), height, ridge, chance(rng, 0.35))


def draw(rng: Rng, canvas: Canvas, building: Building) -> None:
    """Draws a building without its shadow."""
    stone = colours.wall(rng)
    inside = building.inside
    for name in ("start", "end", "front"):
        points = building.wall(name)
        if canvas.face(points, stone, Surface.WALL, inside):
            wall = Wall(canvas, points, inside)
            courses(rng, wall, stone)
            if name == "front" or chance(rng, 0.5):
                openings(rng, wall, on_street=name == "front")
    roof(rng, canvas, building, stone)


def roof(rng: Rng, canvas: Canvas, building: Building, stone: Colour) -> None:
    """Slopes and gables, or a cornice."""
    at, h, d, top = building.frame.at, building.length / 2, building.depth, building.height
    if not building.ridge:
        edge = building.wall("front")
        rim = [edge[3], edge[2], at(h, 0, top + 0.4), at(-h, 0, top + 0.4)]
        canvas.face(rim, scale(stone, rng.uniform(0.6, 1.2)), Surface.WALL, building.inside)
        return
    tiles = colours.vary(rng, pick(rng, ROOFS), 0.1)
    peak = top + building.ridge
    if building.gable:
        first, last = at(0, 0.3, peak), at(0, -d, peak)
        slopes = [[at(s * h, 0.3, top), at(s * h, -d, top), last, first] for s in (-1, 1)]
        gables = [[at(-h, 0, top), at(h, 0, top), at(0, 0, peak)]]
    else:
        first, last = at(-h, -d / 2, peak), at(h, -d / 2, peak)
        slopes = [[at(-h, s, top), at(h, s, top), last, first] for s in (0.3, -d)]
        gables = [[at(s * h, 0, top), at(s * h, -d, top), at(s * h, -d / 2, peak)] for s in (-1, 1)]
    for slope in slopes:
        canvas.face(slope, tiles, Surface.WALL, building.inside)
    for gable in gables:
        canvas.face(gable, stone, Surface.WALL, building.inside)


class Wall:
    """A wall that can be seen; boxes on it are start, bottom, width and height in metres.

    Attributes:
        length: In metres.
        height: In metres.
        sharpness: Pixels of the canvas for a metre, at the nearer end.
    """

    def __init__(self, canvas: Canvas, points: list[Point], inside: Point) -> None:
        """Takes the corners: bottom at start and end, top at end and start."""
        self.canvas = canvas
        (x, _, z), (end_x, _, end_z) = points[:2]
        self.length, self.height = hypot(end_x - x, end_z - z), points[2][1]
        self._base = np.array([x, 0, z])
        self._step = np.array([end_x - x, 0, end_z - z]) / self.length
        self._facing = dot(outward(points, inside), canvas.light.sun)
        near, far = sorted((canvas.view.ahead(x, z), canvas.view.ahead(end_x, end_z)))
        self._ahead = max(0.0, (near + far) / 2)
        self.sharpness = canvas.view.focal / max(1.0, near)

    def lit(self, albedo: Colour) -> Colour:
        """A colour in the light that falls on the wall."""
        return self.canvas.light.on(albedo, self._facing)

    def fill(self, boxes: Sequence[Box], lit: Sequence[Colour], surface: Surface) -> None:
        """Fills boxes with colours, which are seen through the air."""
        start, low, wide, tall = np.array(boxes, dtype=float).T[..., None]
        shift = start + wide * np.array([0, 1, 1, 0])
        quads = self._base + shift[..., None] * self._step
        quads[..., 1] = low + tall * np.array([0, 0, 1, 1])
        air = self.canvas.light.through_air
        tones = {colour: air(colour, self._ahead) for colour in set(lit)}
        self.canvas.patches(quads, [tones[colour] for colour in lit], surface)


def courses(rng: Rng, wall: Wall, stone: Colour) -> None:
    """Lines along a wall: bricks, boards or bands between storeys."""
    pace = pick(rng, (0.35, 0.7, STOREY, 0.0), (0.3, 0.15, 0.25, 0.3))
    tone = wall.lit(scale(stone, rng.uniform(0.8, 1.1)))
    if pace * wall.sharpness < FINEST:
        return
    rows = np.arange(pace, wall.height, pace)[:24].tolist()
    thick = 0.06 + 0.02 * pace
    if rows:
        wall.fill([(0, row, wall.length, thick) for row in rows], [tone] * len(rows), Surface.WALL)


def openings(rng: Rng, wall: Wall, on_street: bool) -> None:
    """Windows on every floor; doors and shops below on the street."""
    if wall.sharpness < FINEST:
        return
    number = max(1, int(wall.length / rng.uniform(1.8, 3.6)))
    wide, tall = rng.uniform(0.7, 1.6), rng.uniform(1.1, 1.9)
    columns = ((np.arange(number) + 0.5) * (wall.length / number)).tolist()
    floors = range(int(on_street), max(1, int(wall.height / STOREY)))
    draw_panes(
        rng, wall, [(c - wide / 2, f * STOREY + 1, wide, tall) for f in floors for c in columns]
    )
    if on_street and wall.sharpness > 2 * FINEST:
        ground_floor(rng, wall, columns)


def draw_panes(rng: Rng, wall: Wall, boxes: list[Box]) -> None:
    """Panes with frames."""
    if not boxes:
        return
    glass = panes(rng, wall.canvas.light, len(boxes))
    frame = wall.lit(pick(rng, (colours.paint, colours.wall))(rng))
    if wall.sharpness > 3 * FINEST:
        wall.fill(boxes, [frame] * len(boxes), Surface.WALL)
        boxes = [(a + 0.1, b + 0.1, max(0.2, w - 0.2), h - 0.2) for a, b, w, h in boxes]
    wall.fill(boxes, glass, Surface.WINDOW)


def panes(rng: Rng, light: Light, number: int) -> list[Colour]:
    """The colours of panes: dark, a mirror of the sky, curtained or lit from inside."""
    dark = mix(scale(light.ambient, 0.15), light.zenith, rng.uniform(0, 0.7))
    curtained = mix(dark, light.on((0.6, 0.57, 0.5), 0.2), rng.uniform(0.3, 0.7))
    shares = (light.lamps, (1 - light.lamps) * 0.35, (1 - light.lamps) * 0.65)
    bounds = np.cumsum(shares)[:2]
    return [
        (LAMPLIGHT, curtained, dark)[k]
        for k in np.searchsorted(bounds, rng.random(number)).tolist()
    ]


def ground_floor(rng: Rng, wall: Wall, columns: list[float]) -> None:
    """Shop windows with a sign above, or doors and windows."""
    if chance(rng, 0.3):
        draw_panes(rng, wall, [(0.4, 0.5, wall.length - 0.8, 2.0)])
        board = (0.2, 2.6, wall.length - 0.4, rng.uniform(0.4, 0.8))
        wall.fill([board], [wall.lit(colours.vivid(rng))], Surface.WALL)
        return
    doors = {int(rng.integers(len(columns))) for _ in range(1 + len(columns) // 4)}
    others = [c for k, c in enumerate(columns) if k not in doors]
    draw_panes(rng, wall, [(c - 0.5, 0.9, 1.0, 1.4) for c in others])
    for k in sorted(doors):
        door(rng, wall, columns[k])


def door(rng: Rng, wall: Wall, middle: float) -> None:
    """A door or a garage; sometimes with a coat and a round thing on it like a person."""
    wide, tall = pick(rng, ((0.9, 2.1), (2.4, 2.2)), (0.8, 0.2))
    boxes: list[Box] = [(middle - wide / 2, 0.0, wide, tall)]
    lit = [wall.lit(colours.cloth(rng))]
    if chance(rng, 0.4):
        boxes += [(middle - 0.25, 0.7, 0.5, 0.8), (middle - 0.11, 1.55, 0.22, 0.26)]
        lit += [wall.lit(colours.cloth(rng)), wall.lit(colours.skin(rng))]
    wall.fill(boxes, lit, Surface.WALL)


def shadow(canvas: Canvas, building: Building) -> None:
    """Each wall's shadow; together they are the building's."""
    at, h, d, top = building.frame.at, building.length / 2, building.depth, building.height
    peak = top + building.ridge * 0.8
    corners = [(-h, 0), (h, 0), (h, -d), (-h, -d)]
    for (a, b), (c, e) in zip(corners, corners[1:] + corners[:1], strict=True):
        canvas.cast([at(a, b, 0), at(c, e, 0), at(c, e, top), at(a, b, top)])
    canvas.cast([at(a, b, peak) for a, b in corners])
    canvas.darken([at(-h, 0.7, 0), at(h, 0.7, 0), at(h, -1, 0), at(-h, -1, 0)])
