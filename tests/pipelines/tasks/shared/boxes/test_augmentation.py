"""Boxes follow their images: a drawn rectangle stays in its box, whatever is changed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.tasks.detection import TASK
from pipelines.tasks.shared.boxes.augmentation import BoxAugmentation, keep_seen
from pipelines.tasks.shared.boxes.params import BoxPolicy
from tests.specs import make_spec

HEIGHT, WIDTH, PLACES = 60, 80, 6
SOME = {"horizontal_flip": True, "vertical_flip": True, "scale": 0.3, "shift": 0.2, "crop": 0.3}


def augmentation(**policy: Any) -> BoxAugmentation:
    return BoxAugmentation.model_construct(None, name="toy", augment=BoxPolicy(**policy))


def draw(box: tuple[int, int, int, int]) -> np.ndarray:
    """A white rectangle on black."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    x0, y0, x1, y1 = box
    pixels[y0:y1, x0:x1] = 255
    return pixels


def batch(*boxes: tuple[int, int, int, int]) -> dict[str, tf.Tensor]:
    """An image with one rectangle for each box."""
    count = len(boxes)
    places = np.zeros((count, PLACES, 4), np.float32)
    places[:, 0] = boxes
    classes = np.full((count, PLACES), -1)
    classes[:, 0] = np.arange(count)
    return {
        "image": tf.constant(np.stack([draw(box) for box in boxes])),
        "boxes": tf.constant(places),
        "box_class": tf.constant(classes, tf.int64),
        "box_ignored": tf.constant(np.zeros_like(classes), tf.int64),
    }


def seen(pixels: np.ndarray) -> np.ndarray:
    """The edges of an upright rectangle to a part of a pixel: x0, y0, x1, y1."""
    bright = pixels[..., 0] / 255
    across, down = bright[bright.sum(axis=1).argmax()], bright[:, bright.sum(axis=0).argmax()]
    edges = []
    for profile in (across, down):
        middle = profile @ (np.arange(len(profile)) + 0.5) / profile.sum()
        edges.append((middle - profile.sum() / 2, middle + profile.sum() / 2))
    return np.transpose(edges).ravel()


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(st.integers(20, 36), st.integers(16, 26), st.integers(8, 20), st.integers(8, 16)),
    st.integers(0, 10_000),
)
def test_the_box_of_a_drawn_rectangle_follows_it_within_half_a_pixel(
    place: tuple[int, int, int, int], seed: int
) -> None:
    x, y, width, height = place
    before = batch((x, y, x + width, y + height))
    after = augmentation(**SOME, kept=0.01)(before, tf.constant([[seed, 1]], tf.int64))
    box = after["boxes"][0, 0].numpy()
    inside = (box > 1).all() and (box < (WIDTH - 1, HEIGHT - 1) * 2).all()
    if not inside or after["box_class"][0, 0] < 0:
        return  # cut off at the edge: the next test
    np.testing.assert_allclose(seen(after["image"][0].numpy()), box, atol=0.5)


def features(*boxes: tuple[float, ...]) -> Mapping[str, tf.Tensor]:
    places = np.zeros((1, PLACES, 4), np.float32)
    places[0, : len(boxes)] = boxes
    classes = np.full((1, PLACES), -1)
    classes[0, : len(boxes)] = np.arange(len(boxes))
    flags = np.zeros((1, PLACES))
    flags[0, : len(boxes)] = np.arange(len(boxes)) % 2
    return {
        "boxes": tf.constant(places),
        "box_class": tf.constant(classes, tf.int64),
        "box_ignored": tf.constant(flags, tf.int64),
    }


def test_a_box_that_loses_too_much_is_dropped_and_the_others_move_up() -> None:
    moved = features((-8, 0, 2, 10), (70, 50, 90, 60), (200, 0, 210, 10), (5, 5, 9, 9))
    kept = keep_seen(moved, (HEIGHT, WIDTH), 0.3)
    assert kept["box_class"][0].numpy().tolist() == [1, 3, -1, -1, -1, -1]
    assert kept["box_ignored"][0].numpy().tolist() == [1, 1, 0, 0, 0, 0]
    np.testing.assert_array_equal(kept["boxes"][0, :3], [[70, 50, 80, 60], [5, 5, 9, 9], [0] * 4])


def test_without_a_change_everything_stays() -> None:
    before = batch((10, 10, 30, 40), (0, 0, WIDTH, HEIGHT))
    after = augmentation()(before, tf.constant([[1, 2], [3, 4]], tf.int64))
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value)


def test_a_mirror_image_twice_is_the_image() -> None:
    before = batch(*[(10, 10, 30, 40)] * 8)
    seeds = tf.constant([[at, 2] for at in range(8)], tf.int64)
    flip = augmentation(horizontal_flip=True)
    again = flip(flip(before, seeds), seeds)
    for name, value in before.items():
        np.testing.assert_allclose(again[name], value, atol=1e-4)
    boxes = flip(before, seeds)["boxes"][:, 0].numpy()
    assert {tuple(box) for box in boxes.round(3)} == {(10, 10, 30, 40), (50, 10, 70, 40)}


def test_a_mosaic_has_boxes_around_the_rectangles_that_it_shows() -> None:
    boxes = [(30, 20, 50, 40), (10, 5, 40, 30), (45, 30, 75, 55), (5, 35, 25, 55)] * 3
    before = batch(*boxes)
    seeds = tf.constant([[at, 7] for at in range(len(boxes))], tf.int64)
    after = augmentation(mosaic=1.0, kept=0.01).mix(before, seeds)
    for pixels, places, kinds in zip(
        *(after[name].numpy() for name in ("image", "boxes", "box_class")), strict=True
    ):
        drawn = np.zeros((HEIGHT, WIDTH), bool)
        for x0, y0, x1, y1 in places[kinds >= 0].astype(int):
            drawn[y0:y1, x0:x1] = True
        np.testing.assert_array_equal(pixels[..., 0] == 255, drawn)


def test_a_mosaic_with_more_boxes_than_places_is_not_made() -> None:
    before = batch((30, 20, 50, 40), (10, 5, 40, 30))
    full = {name: value[:, :1] for name, value in before.items() if name != "image"}
    full["image"] = before["image"]
    after = augmentation(mosaic=1.0, kept=0.01).mix(full, tf.constant([[1, 7], [2, 7]], tf.int64))
    for name, value in after.items():
        assert value.shape == full[name].shape
    told = (after["box_class"].numpy() >= 0).sum()
    assert told <= 2


def test_none_is_made_where_none_is_asked_for() -> None:
    before = batch((30, 20, 50, 40))
    after = augmentation().mix(before, tf.constant([[1, 7]], tf.int64))
    assert {*after} == {*before}
    np.testing.assert_array_equal(after["image"], before["image"])


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_the_share_that_is_kept_is_one(share: float) -> None:
    with pytest.raises(Exception, match="augment.kept"):
        make_spec(
            TASK,
            source={"kind": "rendered_boxes"},
            checks={"classes": ["cat"]},
            train={"model": "yolo_grid"},
            gate={"thresholds": {"ap50": {"min": 0.5}}},
            augment={"kept": share},
        )
