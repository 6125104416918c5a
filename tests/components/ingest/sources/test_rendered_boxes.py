"""Boxes of rendered scenes: exact, and of every car and person that is seen."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.table import Record
from components.ingest.sources import rendered_boxes, rendered_scenes
from components.ingest.sources.scenes.instances import CLASSES, find_instances
from components.ingest.sources.scenes.surfaces import CLASS_OF, Surface, car_surface
from components.ingest.sources.scenes.surfaces import CLASSES as MASK_CLASSES

COUNTS = {"train": 20, "val": 1, "test": 1}


def read(kind: Any, **options: Any) -> list[Record]:
    return list(kind.Source(kind="any", path="any", counts=COUNTS, **options).read())


@pytest.fixture(scope="module")
def boxed() -> list[Record]:
    return read(rendered_boxes)


def test_boxes_lie_in_the_image_and_have_an_area(boxed: list[Record]) -> None:
    for record in boxed:
        boxes = np.reshape(record.labels["boxes"], (-1, 4))
        assert (boxes >= 0).all()
        assert (boxes <= (160, 120, 160, 120)).all()
        assert (boxes[:, 2:] > boxes[:, :2]).all()
        assert {*record.labels["labels"]} <= {*CLASSES}


def test_there_are_enough_of_both(boxed: list[Record]) -> None:
    names = [name for record in boxed for name in record.labels["labels"]]
    assert min(names.count(name) for name in CLASSES) > 10


def test_boxes_hold_all_pixels_of_their_class_and_touch_them(boxed: list[Record]) -> None:
    """The same scenes with masks."""
    for record, masked in zip(boxed, read(rendered_scenes, height=120, width=160), strict=True):
        assert record.sample == masked.sample
        mask = np.asarray(Image.open(io.BytesIO(masked.labels["mask"])))
        for name in CLASSES:
            own = mask == MASK_CLASSES.index(name)
            inside = np.zeros_like(own)
            boxes = np.reshape(record.labels["boxes"], (-1, 4)).astype(int)
            for (x0, y0, x1, y1), label in zip(boxes, record.labels["labels"], strict=True):
                if label == name:
                    inside[y0:y1, x0:x1] = True
                    within = own[y0:y1, x0:x1]
                    assert all(edge.any() for edge in (*within[[0, -1]], *within.T[[0, -1]]))
            assert not (own & ~inside).any()


def test_objects_of_which_little_is_seen_are_difficult() -> None:
    for least, difficult in ((0, 0), (10**6, 1)):
        for record in read(rendered_boxes, difficult_below=least):
            assert {*record.labels["difficult"]} <= {difficult}


def test_cars_and_people_are_told_apart() -> None:
    surfaces = np.full((6, 9), int(Surface.ASPHALT), np.uint8)
    surfaces[1:3, 1:4] = car_surface(0)
    surfaces[1, 2] = car_surface(0) + 1  # its glass
    surfaces[1:3, 4:6] = car_surface(3)
    surfaces[3:5, 7] = Surface.PERSON + 1
    first, second, third = find_instances(surfaces)
    assert (first.label, first.pixels, first.edges) == ("car", 6, (1, 1, 4, 3))
    assert (second.label, second.edges) == ("car", (4, 1, 6, 3))
    assert (third.label, third.edges) == ("person", (7, 3, 8, 5))


def test_every_car_has_a_surface_of_the_class_car() -> None:
    number = (Surface.PERSON - Surface.CAR) // 2
    surfaces = [car_surface(at) + part for at in range(number) for part in (0, 1)]
    assert {int(CLASS_OF[each]) for each in surfaces} == {MASK_CLASSES.index("car")}
    assert len({*surfaces}) == 2 * number
    with pytest.raises(ValueError, match="there is no surface for car 24"):
        car_surface(number)
