"""Everything of a scene but its people: where things stand, and in which order to draw them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import hypot, pi

import numpy as np

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.scenes import buildings, cars, colours, props, sky, street, trees
from components.ingest.sources.scenes.buildings import Building
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.light import Light
from components.ingest.sources.scenes.spots import spot
from components.ingest.sources.scenes.street import Street
from components.ingest.sources.scenes.surfaces import Surface
from components.ingest.sources.scenes.view import Frame, Point, View

CLEAR = 2.6
"""Metres around the camera in which nothing stands."""


@dataclass(frozen=True)
class Thing:
    """Something that stands on the ground.

    Attributes:
        x: Where.
        z: Where.
        radius: Of the place that it takes, in metres.
        draw: Draws it.
        seat: Whether somebody may sit on it.
    """

    x: float
    z: float
    radius: float
    draw: Callable[[Rng, Canvas], None]
    seat: bool = False


@dataclass(frozen=True)
class Environment:
    """A place without people at one moment."""

    view: View
    light: Light
    street: Street
    buildings: tuple[Building, ...]
    things: tuple[Thing, ...]
    bonnet: bool

    @classmethod
    def draw(cls, rng: Rng, height: int, width: int, open_land: float = 0.0) -> Environment:
        """Draws a street for a canvas of this size."""
        plan = Street.draw(rng, open_land)
        reach = [pick(rng, (side.kerb * 0.9, max(0.5, side.facade - 1))) for side in plan.sides]
        view = across(View.draw(rng, height, width, (-min(reach[0], 9), min(reach[1], 9))))
        ends = pick(rng, (rng.uniform(25, 60), 140), (0.5, 0.5))
        houses = [house for sign in (-1, 1) for house in buildings.row(rng, plan, sign, ends)]
        if ends < 100 and chance(rng, 0.7):
            houses.append(terminus(rng, ends + 4))
        frames = [*parked(rng, plan), *moving(rng, plan)]
        cars_ = [car(frame, number) for number, frame in enumerate(frames)]
        things = [*cars_, *green(rng, plan), *furniture(rng, plan), *decoys(rng, plan, view)]
        on_road = abs(view.x) < plan.side(view.x).kerb
        bonnet = chance(rng, 0.3) and on_road and abs(view.yaw) < 0.4
        light = Light.draw(rng)
        return cls(view, light, plan, tuple(houses), tuple(apart(things, view)), bonnet)

    def start(self, rng: Rng) -> Canvas:
        """A canvas with sky, ground, skyline and buildings."""
        canvas = Canvas(self.view, self.light, sky.draw(rng, self.view, self.light))
        street.draw(rng, canvas, self.street)
        skyline(rng, canvas)
        for house in sorted(self.buildings, key=self._distance, reverse=True):
            buildings.shadow(canvas, house)
            x, _, z = house.inside
            if self.view.sees(x, z, hypot(house.length, house.depth) / 2):
                buildings.draw(rng, canvas, house)
        return canvas

    def _distance(self, house: Building) -> float:
        x, _, z = house.inside
        return hypot(x - self.view.x, z)

    def seen(self) -> list[Thing]:
        """What may be in the picture, from the far to the near."""
        view = self.view
        found = [t for t in self.things if view.sees(t.x, t.z, t.radius + 3)]
        return sorted(found, key=lambda t: -view.ahead(t.x, t.z))


def across(view: View) -> View:
    """A camera that is turned far looks over the street, not at the wall beside it."""
    if abs(view.yaw) < 0.4:
        return view
    return replace(view, yaw=-abs(view.yaw) if view.x > 0 else abs(view.yaw))


def apart(things: list[Thing], view: View) -> list[Thing]:
    """Leaves out what stands in another thing or too near to the camera."""
    kept: list[Thing] = []
    for thing in things:
        if hypot(thing.x - view.x, thing.z) < CLEAR + thing.radius:
            continue
        if all(hypot(thing.x - o.x, thing.z - o.z) > 0.8 * (thing.radius + o.radius) for o in kept):
            kept.append(thing)
    return kept


def parked(rng: Rng, plan: Street) -> list[Frame]:
    """Cars along the kerbs."""
    found = []
    for sign, side in zip((-1, 1), plan.sides, strict=True):
        share = pick(rng, (0.0, rng.uniform(0.2, 0.9)), (0.45, 0.55))
        onto = rng.uniform(0.8, 1.1) if side.kerb > 3 else -0.3
        for z in np.arange(rng.uniform(1, 7), 32, rng.uniform(5.2, 6.5)).tolist():
            if chance(rng, share) and not plan.in_crossing(z, 4):
                heading = (0.0 if sign > 0 else pi) + rng.normal(0, 0.03)
                found.append(Frame(sign * (side.kerb - onto), z, heading))
    return found


def moving(rng: Rng, plan: Street) -> list[Frame]:
    """Cars on both lanes and on the other street."""
    found = []
    for _ in range(rng.integers(0, 4)):
        sign = pick(rng, (-1, 1))
        x = sign * plan.sides[int(sign > 0)].kerb * rng.uniform(0.3, 0.5)
        z, heading = rng.uniform(5, 32), (0.0 if sign > 0 else pi) + rng.normal(0, 0.05)
        found.append(Frame(x, z, heading))
    if plan.crossing is not None:
        for _ in range(rng.integers(0, 4)):
            sign = pick(rng, (-1, 1))
            z = plan.crossing + plan.width * (0.5 + 0.22 * sign)
            found.append(Frame(rng.uniform(-25, 25), z, sign * pi / 2 + rng.normal(0, 0.12)))
    return found


def car(frame: Frame, number: int) -> Thing:
    """A car of any kind."""
    return Thing(frame.x, frame.z, 2.2, partial(cars.draw, frame=frame, number=number))


def green(rng: Rng, plan: Street) -> list[Thing]:
    """Trees along the street and in front gardens."""
    found = []
    for sign, side in zip((-1, 1), plan.sides, strict=True):
        if chance(rng, 0.5):
            kind = pick(rng, trees.KINDS, trees.SHARES)
            pace = rng.uniform(5, 14)
            for z in np.arange(rng.uniform(3, 12), 110, pace).tolist():
                if chance(rng, 0.8) and not plan.in_crossing(z, 2):
                    found.append(tree(sign * (side.kerb + 0.7), z, kind))
        garden = side.facade - side.pavement
        if garden > 2 and side.green:
            for _ in range(rng.integers(0, 3 + int(garden / 2))):
                x = sign * rng.uniform(side.pavement + 0.6, side.facade - 0.8)
                found.append(tree(x, rng.uniform(2, 50), pick(rng, trees.KINDS, trees.SHARES)))
    return found


def tree(x: float, z: float, kind: str) -> Thing:
    """A tree of one of the kinds."""
    return Thing(x, z, 0.6, partial(trees.draw, x=x, z=z, kind=kind))


def furniture(rng: Rng, plan: Street) -> list[Thing]:
    """Posts, signs, bins, benches and the like, at the kerb or at the houses."""
    found = []
    for _ in range(rng.integers(3, 13)):
        sign = pick(rng, (-1, 1))
        side = plan.sides[int(sign > 0)]
        x = pick(rng, (side.kerb + 0.4, side.facade - 0.5), (0.65, 0.35))
        z = 3 + 37 * rng.random() ** 1.5
        if plan.in_crossing(z, 0.3):
            continue
        if chance(rng, 0.15):
            found.append(bench(sign * x, z))
        else:
            found.append(Thing(sign * x, z, 0.4, partial(props.draw, x=sign * x, z=z)))
    return found


def decoys(rng: Rng, plan: Street, view: View) -> list[Thing]:
    """Things that may be taken for people, seen at places and in sizes like theirs."""
    found = []
    for _ in range(pick(rng, (0, 1, 2, 4), (0.35, 0.3, 0.2, 0.15))):
        where = spot(rng, view, 0.15)
        if where and plan.has_room(*where) and not plan.on_road(*where):
            draw = partial(props.draw, x=where[0], z=where[1], prop=pick(rng, props.DECOYS))
            found.append(Thing(*where, 0.4, draw))
    return found


def bench(x: float, z: float) -> Thing:
    """A bench."""
    draw = partial(props.draw, x=x, z=z, prop=props.bench)
    return Thing(x, z, 0.9, draw, seat=True)


def terminus(rng: Rng, z: float) -> Building:
    """A building that closes the street."""
    frame = Frame(rng.uniform(-5, 5), z, pi / 2)
    return buildings.draw_shape(rng, frame, rng.uniform(20, 50), rng.uniform(5, 20))


def skyline(rng: Rng, canvas: Canvas) -> None:
    """Roofs or trees far away, all along the horizon."""
    view, light = canvas.view, canvas.light
    ahead = rng.uniform(90, 180)
    edge = 0.75 * view.width / view.focal * ahead
    wooded, tall = rng.random(), rng.uniform(3, 16)
    right = -edge
    while right < edge:
        wide = ahead * rng.uniform(0.03, 0.2)
        is_tree = chance(rng, wooded)
        albedo = colours.leaves(rng) if is_tree else colours.wall(rng)
        tone = light.through_air(light.on(albedo, 0.4), ahead)
        top = tall * rng.uniform(0.5, 1.4) - view.eye
        corners: list[Point] = [
            (right, -view.eye, ahead),
            (right, top * 0.8 if is_tree else top, ahead),
            (right + wide * 0.5, top, ahead),
            (right + wide, top * 0.8 if is_tree else top, ahead),
            (right + wide, -view.eye, ahead),
        ]
        outline = [view.to_pixel(*corner) for corner in corners]
        canvas.fill(outline, tone, Surface.LEAVES if is_tree else Surface.WALL)
        right += wide * rng.uniform(0.6, 1.0)


def draw_bonnet(rng: Rng, canvas: Canvas) -> None:
    """The bonnet of the car that carries the camera."""
    w, h = canvas.view.width, canvas.view.height
    top, bend = h * rng.uniform(0.88, 0.96), h * 0.03
    colour = canvas.light.on(colours.paint(rng), 0.6)
    outline = [
        (-1.0, h),
        (-1.0, top + bend),
        (0.2 * w, top),
        (0.8 * w, top),
        (w, top + bend),
        (w, h),
    ]
    canvas.fill(outline, colour, Surface.PROP)
