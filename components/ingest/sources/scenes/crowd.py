"""Where people are in a scene."""

from __future__ import annotations

from math import hypot

from components.ingest.sources.faces.draws import Rng, chance, pick
from components.ingest.sources.scenes.environment import Environment
from components.ingest.sources.scenes.people import Person

TALL = 1.7
"""Metres by which a distance is told from a height in the picture."""
NEAREST = 2.0
ON_ROAD = 0.35
"""The share of those places on a road that are taken."""
TRIES = 60


def gather(rng: Rng, place: Environment, number: int, smallest: float) -> list[Person]:
    """People in the picture; fewer where there is no room.

    Args:
        rng: The source of randomness.
        place: The scene.
        number: How many.
        smallest: Height of the smallest as a share of the picture's.
    """
    found: list[Person] = []
    for _ in range(TRIES):
        if len(found) == number:
            break
        person = sit(rng, place) if chance(rng, 0.1) else stand(rng, place, smallest)
        if person and all(hypot(person.x - o.x, person.z - o.z) > 0.4 for o in found):
            found.append(person)
    return found


def stand(rng: Rng, place: Environment, smallest: float) -> Person | None:
    """Someone at a random place and of a random size in the picture, if there is room."""
    view = place.view
    size = smallest * (0.95 / smallest) ** (rng.random() ** 1.3)
    ahead = view.focal * TALL / (size * view.height)
    x, z = view.on_ground(view.width * rng.uniform(0.03, 0.97), ahead)
    if ahead < NEAREST or not fits(rng, place, x, z) or not in_picture(place, ahead):
        return None
    return Person.draw(rng, x, z)


def in_picture(place: Environment, ahead: float) -> bool:
    """Whether the camera sees at least the upper body at this distance."""
    view = place.view
    return view.horizon + view.focal * (view.eye - 0.6 * TALL) / ahead < 0.97 * view.height


def fits(rng: Rng, place: Environment, x: float, z: float) -> bool:
    """Whether somebody may stand there: on the street, not within another thing."""
    plan = place.street
    if not plan.in_crossing(z) and abs(x) > plan.side(x).facade - 0.3:
        return False
    if plan.on_road(x, z) and not chance(rng, ON_ROAD):
        return False
    return all(hypot(x - t.x, z - t.z) > 0.75 * t.radius for t in place.things)


def sit(rng: Rng, place: Environment) -> Person | None:
    """Someone on a bench, if there is one."""
    view = place.view
    seats = [t for t in place.things if t.seat and view.sees(t.x, t.z, 0)]
    seats = [t for t in seats if view.ahead(t.x, t.z) > NEAREST]
    if not seats:
        return None
    bench = pick(rng, seats)
    right, _, ahead = view.to_camera(bench.x, 0, bench.z)
    column, _ = view.to_pixel(right + rng.uniform(-0.5, 0.5), 0, ahead)
    return Person.draw(rng, *view.on_ground(column, ahead - 0.05), sitting=True)
