"""Scenes: exact masks, and nothing but the people tells that they are there."""

from dataclasses import replace

import numpy as np
import pytest

from components.ingest.sources.scenes.environment import Environment
from components.ingest.sources.scenes.finish import canvas_size, mask_pixels
from components.ingest.sources.scenes.objects import KINDS, render_object
from components.ingest.sources.scenes.people import Person
from components.ingest.sources.scenes.render import PERSON, Scene, Seeds, draw, render, shares
from components.ingest.sources.scenes.surfaces import CLASS_OF, CLASSES, VOID, Surface

SIZE = 64, 80


def scene(seed: int, people: bool, smallest: float = 0.0) -> Scene:
    return render(np.random.default_rng(seed), *SIZE, people=people, smallest=smallest)


def test_a_scene_is_repeatable() -> None:
    first, second = scene(1, True), scene(1, True)
    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.mask, second.mask)


@pytest.mark.parametrize("seed", range(12))
def test_people_change_no_other_pixel_of_the_mask(seed: int) -> None:
    full, empty = scene(seed, True, 0.004), scene(seed, False)
    here = full.mask == PERSON
    assert here.any()
    assert not (empty.mask == PERSON).any()
    np.testing.assert_array_equal(full.mask[~here], empty.mask[~here])


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_too_small(seed: int) -> None:
    assert scene(seed, True, 0.004).person_area >= 0.004


def test_where_a_place_has_no_room_for_a_person_another_one_is_drawn() -> None:
    rng = np.random.default_rng((11, 956))
    rng.random()
    assert (render(rng, 120, 160, people=True).mask == PERSON).any()


def test_people_of_one_scene_have_numbers_of_their_own() -> None:
    seeds = Seeds(1, 2, 3, 4)
    place = Environment.draw(np.random.default_rng(0), *canvas_size(*SIZE))
    level = replace(place.view, eye=1.5, horizon=place.view.height / 2)
    place = replace(place, view=level, things=(), buildings=(), bonnet=False)
    rng = np.random.default_rng(5)
    view = place.view
    crowd = [
        Person.draw(
            rng, *view.on_ground(view.width * share, view.focal * 1.7 / (0.5 * view.height))
        )
        for share in (0.25, 0.75)
    ]
    canvas = draw(seeds, place, place.start(rng), crowd)
    surfaces = mask_pixels(np.asarray(canvas.image)[..., 3])
    left, right = (np.argwhere(surfaces == Surface.PERSON + k)[:, 1].mean() for k in (0, 1))
    assert left < SIZE[1] / 2 < right
    assert sum(shares(canvas, 2)) == pytest.approx((CLASS_OF[surfaces] == PERSON).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_close_ups_show_their_thing_and_nobody(kind: str) -> None:
    name = {"car": "car", "tree": "tree", "house": "building"}.get(kind)
    value = CLASSES.index(name) if name else VOID
    found = [render_object(np.random.default_rng((9, k)), 96, 96, kind).mask for k in range(6)]
    middle = np.stack(found)[:, 10:86, 16:80]
    assert ((middle == value).mean(axis=(1, 2)) > 0.004).mean() > 0.8
    assert not (np.stack(found) == PERSON).any()


def test_every_surface_has_at_most_one_class() -> None:
    assert set(CLASS_OF.tolist()) == {*range(len(CLASSES)), VOID}
    assert CLASS_OF[Surface.PROP] == VOID
    assert (CLASS_OF[Surface.PERSON :] == PERSON).all()
