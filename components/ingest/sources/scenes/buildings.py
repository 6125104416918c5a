"""Houses: boxes with windows, doors, shops and roofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np

from components.ingest.sources.faces.draws import Rng, chance, pick
from components.ingest.sources.scenes import colours
from components.ingest.sources.scenes.canvas import Canvas, dot, outward
from components.ingest.sources.scenes.colours import Colour, mix, scale
from components.ingest.sources.scenes.street import Street
from components.ingest.sources.scenes.surfaces import Surface
from components.ingest.sources.scenes.view import Frame, Point

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
        wall = building.wall(name)
        if canvas.face(wall, stone, Surface.WALL, inside):
            courses(rng, canvas, wall, stone, inside)
            if name == "front" or chance(rng, 0.5):
                openings(rng, canvas, wall, inside, street_side=name == "front")
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


def courses(rng: Rng, canvas: Canvas, wall: list[Point], stone: Colour, inside: Point) -> None:
    """Lines along a wall: bricks, boards or bands between storeys."""
    height = wall[2][1]
    pace = pick(rng, (0.35, 0.7, STOREY, 0.0), (0.3, 0.15, 0.25, 0.3))
    if pace * sharpness(canvas, wall) < FINEST:
        return
    rows = np.arange(pace, height, pace)[:24]
    base, end = np.array(wall[0]), np.array(wall[1])
    quads = np.empty((len(rows), 4, 3))
    quads[:, [0, 3]], quads[:, [1, 2]] = base, end
    quads[:, :2, 1], quads[:, 2:, 1] = rows[:, None], rows[:, None] + 0.06 + 0.02 * pace
    tone = shade(canvas, wall, scale(stone, rng.uniform(0.8, 1.1)), inside)
    canvas.patches(quads, [tone] * len(rows), Surface.WALL)


def sharpness(canvas: Canvas, wall: list[Point]) -> float:
    """Pixels of the canvas for a metre at the nearer end of a wall."""
    ends = (canvas.view.ahead(x, z) for x, _, z in wall[:2])
    return canvas.view.focal / max(1.0, min(ends))


def shade(canvas: Canvas, wall: list[Point], albedo: Colour, inside: Point) -> Colour:
    """A colour on a wall, lit and seen through the air."""
    facing = dot(outward(wall, inside), canvas.light.sun)
    return canvas.distant(canvas.light.on(albedo, facing), wall)


def openings(rng: Rng, canvas: Canvas, wall: list[Point], inside: Point, street_side: bool) -> None:
    """Windows on every floor; doors and shops below on the street."""
    base, end = np.array(wall[0]), np.array(wall[1])
    length, height = float(np.linalg.norm(end - base)), wall[2][1]
    if sharpness(canvas, wall) < FINEST:
        return
    pace, wide, tall = rng.uniform(1.8, 3.6), rng.uniform(0.7, 1.6), rng.uniform(1.1, 1.9)
    columns = (np.arange(max(1, int(length / pace))) + 0.5) * (length / max(1, int(length / pace)))
    floors = np.arange(1 if street_side else 0, max(1, int(height / STOREY))) * STOREY + 1.0
    grid = [(c - wide / 2, f, wide, tall) for f in floors for c in columns]
    draw_panes(rng, canvas, wall, inside, grid)
    if street_side and sharpness(canvas, wall) > 2 * FINEST:
        ground_floor(rng, canvas, wall, inside, columns.tolist())


def draw_panes(
    rng: Rng,
    canvas: Canvas,
    wall: list[Point],
    inside: Point,
    boxes: list[tuple[float, float, float, float]],
) -> None:
    """Framed panes; a box is start, sill, width and height in metres along the wall."""
    if not boxes:
        return
    frame = shade(canvas, wall, pick(rng, (colours.paint, colours.wall))(rng), inside)
    glass = panes(rng, canvas, len(boxes))
    haze = [canvas.distant(tone, wall) for tone in glass]
    canvas.patches(upright(wall, boxes), [frame] * len(boxes), Surface.WALL)
    inner = [(a + 0.1, b + 0.1, max(0.2, w - 0.2), h - 0.2) for a, b, w, h in boxes]
    canvas.patches(upright(wall, inner), haze, Surface.WINDOW)


def panes(rng: Rng, canvas: Canvas, number: int) -> list[Colour]:
    """The colours of panes: dark, a mirror of the sky, or lit from inside."""
    light = canvas.light
    mirror = rng.uniform(0, 0.7)
    dark = mix(scale(light.ambient, 0.15), light.zenith, mirror)
    curtain = light.on((0.6, 0.57, 0.5), 0.2)
    draws = rng.random((number, 2)).tolist()
    return [
        LAMPLIGHT if a < light.lamps else mix(dark, curtain, 0.6 * b) if b > 0.6 else dark
        for a, b in draws
    ]


def upright(wall: list[Point], boxes: Sequence[tuple[float, float, float, float]]) -> np.ndarray:
    """Rectangles on a wall as world coordinates, `[n, 4, 3]`."""
    base, end = np.array(wall[0]), np.array(wall[1])
    along = (end - base) / np.linalg.norm(end - base)
    start, sill, wide, tall = np.array(boxes, dtype=float).T[..., None]
    shift = start + wide * np.array([0, 1, 1, 0])
    quads = base + shift[..., None] * along
    quads[..., 1] = sill + tall * np.array([0, 0, 1, 1])
    return quads


def ground_floor(
    rng: Rng, canvas: Canvas, wall: list[Point], inside: Point, columns: list[float]
) -> None:
    """Shop windows with a sign above, or doors, windows and garages."""
    length = float(np.linalg.norm(np.array(wall[1]) - np.array(wall[0])))
    if chance(rng, 0.3):
        shop = [(0.4, 0.5, length - 0.8, 2.0)]
        draw_panes(rng, canvas, wall, inside, shop)
        sign = shade(canvas, wall, colours.vivid(rng), inside)
        board = [(0.2, 2.6, length - 0.4, rng.uniform(0.4, 0.8))]
        canvas.patches(upright(wall, board), [sign], Surface.WALL)
        return
    doors = {int(rng.integers(len(columns))) for _ in range(1 + len(columns) // 4)}
    others = [c for k, c in enumerate(columns) if k not in doors]
    draw_panes(rng, canvas, wall, inside, [(c - 0.5, 0.9, 1.0, 1.4) for c in others])
    for k in doors:
        door(rng, canvas, wall, inside, columns[k])


def door(rng: Rng, canvas: Canvas, wall: list[Point], inside: Point, middle: float) -> None:
    """A door, sometimes with a coat or a wreath on it, of about a person's size."""
    wide, tall = pick(rng, ((0.9, 2.1), (2.4, 2.2)), (0.8, 0.2))
    leaf = [(middle - wide / 2, 0.0, wide, tall)]
    canvas.patches(upright(wall, leaf), [shade(canvas, wall, colours.cloth(rng), inside)], 4)
    if chance(rng, 0.4):
        coat = [(middle - 0.25, 0.7, 0.5, 0.8)]
        canvas.patches(upright(wall, coat), [shade(canvas, wall, colours.cloth(rng), inside)], 4)
        knob = [(middle - 0.11, 1.55, 0.22, 0.26)]
        canvas.patches(upright(wall, knob), [shade(canvas, wall, colours.skin(rng), inside)], 4)


def shadow(canvas: Canvas, building: Building) -> None:
    """Each wall's shadow; together they are the building's."""
    at, h, d, top = building.frame.at, building.length / 2, building.depth, building.height
    peak = top + building.ridge * 0.8
    corners = [(-h, 0), (h, 0), (h, -d), (-h, -d)]
    for (a, b), (c, e) in zip(corners, corners[1:] + corners[:1], strict=True):
        canvas.cast([at(a, b, 0), at(c, e, 0), at(c, e, top), at(a, b, top)])
    canvas.cast([at(a, b, peak) for a, b in corners])
    canvas.darken([at(-h, 0.7, 0), at(h, 0.7, 0), at(h, -1, 0), at(-h, -1, 0)])
