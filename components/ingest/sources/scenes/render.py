"""Draws one scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.ingest.draws import Rng, pick
from components.ingest.sources.scenes import crowd, people
from components.ingest.sources.scenes.canvas import Canvas
from components.ingest.sources.scenes.environment import Environment, draw_bonnet
from components.ingest.sources.scenes.finish import canvas_size, finish, halve, mask_pixels
from components.ingest.sources.scenes.people import Person
from components.ingest.sources.scenes.photo import photograph
from components.ingest.sources.scenes.surfaces import CLASS_OF, CLASSES, Surface

PERSON = CLASSES.index("person")
CROWDS = (1, 2, 3, 5, 8)
CROWD_SHARES = (0.38, 0.27, 0.18, 0.12, 0.05)
SHORTEST = 0.2
"""The least height of people as a share of the picture's."""
TRIES = 100


@dataclass(frozen=True)
class Scene:
    """A rendered scene.

    Attributes:
        image: Colours, RGB, `[height, width, 3]`.
        mask: The index in `CLASSES` of what the centre of each pixel shows, or `VOID`,
            `[height, width]`.
        surfaces: The surface that the centre of each pixel shows, by which cars and people are
            told apart, `[height, width]`.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    surfaces: NDArray[np.uint8]

    @property
    def person_area(self) -> float:
        """The share of the pixels that show people."""
        return float((self.mask == PERSON).mean())


@dataclass(frozen=True)
class Seeds:
    """What a scene depends on; its people change nothing else."""

    place: int
    looks: int
    people: int
    photo: int

    @classmethod
    def draw(cls, rng: Rng) -> Seeds:
        """Draws them."""
        return cls(*rng.integers(2**62, size=4).tolist())


def render(rng: Rng, height: int, width: int, *, people: bool, smallest: float = 0.0) -> Scene:
    """Draws a random scene.

    Args:
        rng: The source of randomness.
        height: Of the image in pixels.
        width: Of the image in pixels.
        people: Whether people are seen. The rest is drawn from the same distribution, from
            the same state of `rng` even the same.
        smallest: The share of the pixels that each person covers at least.
    """
    canvas = None
    while canvas is None:  # some places, such as narrow views, have no room for a person
        seeds = Seeds.draw(rng)
        place = Environment.draw(np.random.default_rng(seeds.place), *canvas_size(height, width))
        backdrop = place.start(np.random.default_rng(seeds.looks))
        if people:
            canvas = populate(seeds, place, backdrop, smallest)
        else:
            canvas = draw(seeds, place, backdrop, [])
    return shoot(seeds, canvas)


def populate(seeds: Seeds, place: Environment, backdrop: Canvas, smallest: float) -> Canvas | None:
    """The place with people, each of whom covers at least this share of the pixels.

    Whoever is hidden too much goes; when that is everybody, others come, ever larger ones. None
    where nobody is seen in the end.
    """
    rng = np.random.default_rng(seeds.people)
    for k in range(TRIES):
        number = pick(rng, CROWDS, CROWD_SHARES)
        found = crowd.gather(rng, place, number, min(0.9, SHORTEST * 1.05**k))
        canvas = draw(seeds, place, backdrop, found)
        covered = shares(canvas, len(found))
        if not any(covered):
            continue
        large = [p for p, share in zip(found, covered, strict=True) if share >= smallest]
        if large:
            return canvas if large == found else draw(seeds, place, backdrop, large)
    return None


def draw(seeds: Seeds, place: Environment, backdrop: Canvas, found: Sequence[Person]) -> Canvas:
    """The place with all that stands on it."""
    canvas, rng = backdrop.copy(), np.random.default_rng((seeds.looks, 1))
    stand_up(rng, canvas, place, found)
    if place.bonnet:
        draw_bonnet(rng, canvas)
    return canvas


def stand_up(rng: Rng, canvas: Canvas, place: Environment, found: Sequence[Person]) -> None:
    """Draws things and people, the far before the near."""
    ahead = canvas.view.ahead
    waiting = sorted(enumerate(found), key=lambda item: ahead(item[1].x, item[1].z))
    for thing in place.seen():
        while waiting and ahead(waiting[-1][1].x, waiting[-1][1].z) > ahead(thing.x, thing.z):
            number, person = waiting.pop()
            people.draw(canvas, person, number)
        if ahead(thing.x, thing.z) > 1:
            thing.draw(rng, canvas)
    for number, person in reversed(waiting):
        people.draw(canvas, person, number)


def shares(canvas: Canvas, number: int) -> list[float]:
    """The share of the pixels that each person covers."""
    surfaces = mask_pixels(np.asarray(canvas.image)[..., 3])
    counts = np.bincount(surfaces.ravel(), minlength=256)[Surface.PERSON :][:number]
    return (counts / surfaces.size).tolist()


def shoot(seeds: Seeds, canvas: Canvas) -> Scene:
    """The photograph of what is drawn, and its mask."""
    picture, surfaces = finish(np.random.default_rng((seeds.looks, 2)), canvas)
    image = photograph(np.random.default_rng(seeds.photo), halve(picture))
    shown = mask_pixels(surfaces)
    return Scene(image, CLASS_OF[shown], shown)
