"""One thing on a street, near or far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import exp, hypot, log, pi

import numpy as np

from components.ingest.draws import Rng, pick
from components.ingest.sources.scenes import buildings, cars, props, trees
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.environment import Environment, Thing
from components.ingest.sources.scenes.finish import canvas_size
from components.ingest.sources.scenes.render import Scene, Seeds, draw, shoot
from components.ingest.sources.scenes.view import Frame, View

OPEN_LAND = 25.0
"""Metres by which the houses stand back."""
NEAREST = 1.2
SMALLEST = 0.15
"""The least height of the thing as a share of the picture's: about that of people in scenes."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing.

    Attributes:
        size: About its height in metres.
        radius: Of the ground that it covers.
        draw: Draws it at x and z.
    """

    size: float
    radius: float
    draw: Callable[[Rng, Canvas, float, float], None]


def prop(what: props.Prop) -> Callable[[Rng, Canvas, float, float], None]:
    """Draws one kind of street furniture."""
    return partial(props.draw, prop=what)


def car(rng: Rng, canvas: Canvas, x: float, z: float) -> None:
    """A car that faces anywhere."""
    cars.draw(rng, canvas, Frame(x, z, rng.uniform(0, 2 * pi)))


def tree(rng: Rng, canvas: Canvas, x: float, z: float) -> None:
    """A tree, no bush."""
    trees.draw(rng, canvas, x, z, pick(rng, ("broad", "poplar", "conifer", "bare")))


def house(rng: Rng, canvas: Canvas, x: float, z: float) -> None:
    """A house that stands alone and turns its front towards the camera."""
    facing = pi / 2 + canvas.view.yaw + rng.normal(0, 0.5)
    shape = buildings.draw_shape(rng, Frame(x, z, facing), rng.uniform(6, 11), rng.uniform(3, 8))
    shape = replace(shape, ridge=rng.uniform(2, 4))
    buildings.shadow(canvas, shape)
    buildings.draw(rng, canvas, shape)


KINDS: Mapping[str, Kind] = {
    "car": Kind(1.9, 3.0, car),
    "tree": Kind(5.0, 1.5, tree),
    "house": Kind(9.0, 8.0, house),
    "sign": Kind(2.5, 0.5, prop(props.sign)),
    "bench": Kind(1.2, 1.0, prop(props.bench)),
    "bin": Kind(1.1, 0.5, prop(props.bin_)),
    "hydrant": Kind(0.8, 0.4, prop(props.hydrant)),
    "traffic_light": Kind(3.4, 0.5, prop(props.signal)),
}


def render_object(rng: Rng, height: int, width: int, kind: str) -> Scene:
    """Draws one of `KINDS` in a street without people, nearer than all else."""
    seeds = Seeds.draw(rng)
    draws = np.random.default_rng(seeds.people)
    size = canvas_size(height, width)
    place = Environment.draw(np.random.default_rng(seeds.place), *size, OPEN_LAND)
    place = aim(draws, place, KINDS[kind])
    backdrop = place.start(np.random.default_rng(seeds.looks))
    return shoot(seeds, draw(seeds, place, backdrop, []))


def aim(rng: Rng, place: Environment, kind: Kind) -> Environment:
    """The place with a thing of this kind, seen from a random distance."""
    view = place.view
    share = exp(rng.uniform(log(SMALLEST), 0))
    ahead = max(NEAREST + kind.radius, view.focal * kind.size / (share * view.height))
    x, z = view.on_ground(view.width * rng.uniform(0.2, 0.8), ahead)
    things = [thing for thing in place.things if behind(view, thing, ahead + kind.radius)]
    main = Thing(x, z, kind.radius, lambda looks, canvas: kind.draw(looks, canvas, x, z))
    return replace(place, view=tilt(rng, view, kind.size, ahead), things=(*things, main))


def tilt(rng: Rng, view: View, size: float, ahead: float) -> View:
    """The camera with the middle of a thing near the middle of the picture."""
    middle = view.height * rng.uniform(0.42, 0.62)
    return replace(view, horizon=middle - view.focal * (view.eye - size / 2) / ahead)


def behind(view: View, thing: Thing, ahead: float) -> bool:
    """Whether a thing is much farther away than the main one."""
    return view.ahead(thing.x, thing.z) > 1.6 * ahead and hypot(thing.x, thing.z) > 6
