"""Masks follow their boxes: an object is where its box is, whatever is changed."""

from typing import Any

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.tasks.instances.augmentation import InstanceAugmentation
from pipelines.tasks.shared.boxes.augmentation import keep_seen
from pipelines.tasks.shared.boxes.params import BoxPolicy

HEIGHT, WIDTH, PLACES = 60, 80, 6
SOME = {"horizontal_flip": True, "vertical_flip": True, "scale": 0.3, "shift": 0.2, "crop": 0.3}


def augmentation(**policy: Any) -> InstanceAugmentation:
    return InstanceAugmentation.model_construct(None, name="toy", augment=BoxPolicy(**policy))


def example(*boxes: tuple[int, int, int, int]) -> dict[str, np.ndarray]:
    """Rectangles, each grey of its own and of its own class, later ones on top."""
    places, classes = np.zeros((PLACES, 4), np.float32), np.full(PLACES, -1)
    ids = np.zeros((HEIGHT, WIDTH), np.int32)
    for at, (x0, y0, x1, y1) in enumerate(boxes):
        places[at], classes[at] = (x0, y0, x1, y1), at
        ids[y0:y1, x0:x1] = at + 1
    image = np.repeat(40 * ids[..., np.newaxis], 3, axis=-1).astype(np.uint8)
    flags = np.where(classes >= 0, classes % 2, 0)
    return {
        "image": image,
        "boxes": places,
        "box_class": classes,
        "box_ignored": flags,
        "instances": ids,
    }


def batch(*examples: dict[str, np.ndarray]) -> dict[str, tf.Tensor]:
    return {name: tf.constant(np.stack([each[name] for each in examples])) for name in examples[0]}


SQUARES = st.tuples(st.integers(0, 56), st.integers(0, 36), st.integers(8, 24), st.integers(8, 24))
OBJECTS = st.lists(
    SQUARES.map(lambda each: (each[0], each[1], each[0] + each[2], each[1] + each[3])),
    min_size=1,
    max_size=5,
)


def check(after: dict[str, np.ndarray]) -> None:
    """Each number in the map is a place with a box, in which, to a pixel, its pixels lie."""
    for at in np.unique(after["instances"][after["instances"] > 0]).tolist():
        assert after["box_class"][at - 1] >= 0
        rows, columns = np.nonzero(after["instances"] == at)
        x0, y0, x1, y1 = after["boxes"][at - 1]
        assert x0 - 1 <= columns.min() <= columns.max() + 1 <= x1 + 1
        assert y0 - 1 <= rows.min() <= rows.max() + 1 <= y1 + 1


@settings(max_examples=60, deadline=None)
@given(OBJECTS, st.integers(0, 10_000), st.sampled_from([0.01, 0.3, 0.9]))
def test_every_number_in_the_map_is_a_place_whose_box_holds_its_pixels(
    boxes: list[tuple[int, int, int, int]], seed: int, kept: float
) -> None:
    before = batch(example(*boxes))
    after = augmentation(**SOME, kept=kept)(before, tf.constant([[seed, 1]], tf.int64))
    assert {name: (each.dtype, each.shape) for name, each in after.items()} == {
        name: (each.dtype, each.shape) for name, each in before.items()
    }
    check({name: each[0].numpy() for name, each in after.items()})


@settings(max_examples=60, deadline=None)
@given(SQUARES, st.integers(0, 10_000))
def test_the_map_of_a_rectangle_fills_its_box_within_a_pixel(
    place: tuple[int, int, int, int], seed: int
) -> None:
    x, y, width, height = place
    before = batch(example((x, y, x + width, y + height)))
    after = augmentation(**SOME, kept=0.01)(before, tf.constant([[seed, 1]], tf.int64))
    drawn, (x0, y0, x1, y1) = after["instances"][0].numpy(), after["boxes"][0, 0].numpy()
    if after["box_class"][0, 0] < 0:
        assert not drawn.any()
        return
    across, down = np.arange(WIDTH) + 0.5, (np.arange(HEIGHT) + 0.5)[:, np.newaxis]
    well_in = (x0 + 1 < across) & (across < x1 - 1) & (y0 + 1 < down) & (down < y1 - 1)
    assert (drawn[well_in] == 1).all()
    beyond = (across < x0 - 1) | (x1 + 1 < across) | (down < y0 - 1) | (y1 + 1 < down)
    assert not drawn[beyond].any()


def test_pixels_of_what_is_dropped_are_nobodys_and_the_others_move_up() -> None:
    ids = np.zeros((1, HEIGHT, WIDTH), np.int32)
    ids[0, 0, :4], ids[0, 1, :4], ids[0, 2, :4] = 1, 2, 3
    boxes = np.zeros((1, 3, 4), np.float32)
    boxes[0] = [(-90, 0, 2, 10), (0, 0, 9, 9), (5, 5, 9, 9)]
    moved = {
        "boxes": tf.constant(boxes),
        "box_class": tf.constant([[0, 1, 2]], tf.int64),
        "box_ignored": tf.constant([[0, 0, 0]], tf.int64),
        "instances": tf.constant(ids),
    }
    kept = keep_seen(moved, (HEIGHT, WIDTH), 0.3, ["instances"])
    assert kept["box_class"][0].numpy().tolist() == [1, 2, -1]
    assert kept["instances"][0, :4, 0].numpy().tolist() == [0, 1, 2, 0]
    assert kept["instances"].dtype == tf.int32


def test_a_mosaic_shows_in_its_map_what_it_shows_in_its_image() -> None:
    corners = [(30, 20, 50, 40), (10, 5, 40, 30), (45, 30, 75, 55), (5, 35, 25, 55)]
    before = batch(*(example(box) for box in corners * 3))
    seeds = tf.constant([[at, 7] for at in range(12)], tf.int64)
    after = augmentation(mosaic=1.0, kept=0.01).mix(before, seeds)
    assert after["instances"].shape == before["instances"].shape
    several = 0
    for at in range(12):
        mixed = {name: each[at].numpy() for name, each in after.items()}
        check(mixed)
        several += mixed["instances"].max() > 1
        np.testing.assert_array_equal(mixed["instances"] > 0, mixed["image"][..., 0] > 0)
    assert several > 6


def test_without_a_change_everything_stays() -> None:
    before = batch(example((10, 10, 30, 40), (20, 20, 50, 50)))
    after = augmentation()(before, tf.constant([[1, 2]], tf.int64))
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value)
