"""Where people are in a scene."""

from __future__ import annotations

from math import hypot

from components.ingest.draws import Rng, chance, pick
from components.ingest.sources.scenes.environment import Environment
from components.ingest.sources.scenes.people import Person
from components.ingest.sources.scenes.spots import NEAREST, spot

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
    found = spot(rng, place.view, smallest)
    return Person.draw(rng, *found) if found and fits(rng, place, *found) else None


def fits(rng: Rng, place: Environment, x: float, z: float) -> bool:
    """Whether somebody may stand there: on the street, not within another thing."""
    plan = place.street
    if not plan.has_room(x, z) or (plan.on_road(x, z) and not chance(rng, ON_ROAD)):
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
