"""Regions unpacked in the graph are those that pycocotools packed."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as rle

from components.core.regions import encode_region
from components.core.regions import unpack_counts as unpack_in_python
from pipelines.tasks.instances.runs import read_map, unpack_counts

SIDES = st.tuples(st.integers(1, 40), st.integers(1, 40))
MASKS = SIDES.flatmap(lambda size: arrays(bool, st.tuples(st.integers(1, 4), *map(st.just, size))))

read = tf.function(read_map, reduce_retracing=True)


def pack(masks: np.ndarray) -> list[str]:
    return [encode_region(mask) for mask in masks]


def resized(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    pixels = tf.constant(mask[..., np.newaxis], tf.uint8)
    return tf.image.resize(pixels, size, "nearest").numpy()[..., 0] > 0


@settings(max_examples=60, deadline=None)
@given(MASKS)
def test_counts_are_those_that_were_packed(masks: np.ndarray) -> None:
    packed = pack(masks)
    table = unpack_counts(tf.constant(packed)).numpy()
    for row, text in zip(table, packed, strict=True):
        counts = unpack_in_python(text)
        assert row.tolist() == counts + [0] * (len(row) - len(counts))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=9), min_size=1))
def test_counts_of_large_images_take_several_characters(listed: list[list[int]]) -> None:
    packed = [
        rle.frPyObjects({"size": [sum(counts), 1], "counts": counts}, 1, 1)["counts"]
        for counts in listed
    ]
    table = unpack_counts(tf.constant(packed)).numpy()
    for row, counts in zip(table, listed, strict=True):
        assert row.tolist() == counts + [0] * (len(row) - len(counts))


@settings(max_examples=60, deadline=None)
@given(MASKS, SIDES)
def test_a_map_shows_what_resized_masks_show_the_smaller_on_top(
    masks: np.ndarray, size: tuple[int, int]
) -> None:
    drawn = read_map(tf.constant(pack(masks)), tf.constant(masks.shape[1:]), size).numpy()
    expected = np.zeros(size, int)
    for at in np.argsort(-masks.sum(axis=(1, 2)), kind="stable"):
        expected[resized(masks[at], size)] = at + 1
    np.testing.assert_array_equal(drawn, expected)


def test_places_without_a_region_are_skipped() -> None:
    mask = np.zeros((2, 3), bool)
    mask[0, 2] = True
    packed = tf.constant(["", encode_region(mask), ""])
    drawn = read(packed, tf.constant([2, 3]), (2, 3))
    assert drawn.numpy().tolist() == [[0, 0, 2], [0, 0, 0]]
    empty = read(tf.constant(["", "", ""]), tf.constant([2, 3]), (2, 3))
    assert not empty.numpy().any()
