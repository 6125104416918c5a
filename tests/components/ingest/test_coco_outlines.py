"""Outlines of objects are the pixels that pycocotools draws, packed as it packs them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from components.core.regions import decode_region, unpack_counts
from components.ingest.coco_outlines import Runs, encode_outline, pack_outline

REGIONS = arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@given(REGIONS)
def test_packed_counts_are_those_of_pycocotools(region: np.ndarray) -> None:
    packed = coco.encode(np.asfortranarray(region, np.uint8))["counts"].decode()
    counts = unpack_counts(packed)
    inside = np.repeat(np.arange(len(counts)) % 2, counts)
    np.testing.assert_array_equal(inside.reshape(region.shape[::-1]).T, region)


def test_packed_counts_of_a_large_image() -> None:
    region = np.zeros((700, 900), np.uint8, order="F")
    region[100:650, 3:880] = 1
    region[5, 7] = 1
    packed = coco.encode(region)["counts"].decode()
    assert sum(unpack_counts(packed)) == region.size


@given(REGIONS, st.booleans())
def test_runs_are_drawn_as_they_were(region: np.ndarray, packed: bool) -> None:
    encoded = coco.encode(np.asfortranarray(region, np.uint8))["counts"].decode()
    runs = Runs(size=region.shape, counts=encoded if packed else unpack_counts(encoded))
    np.testing.assert_array_equal(coco.decode(encode_outline(runs, region.shape, "a")), region)
    assert pack_outline(runs, region.shape, "a") == encoded


POINTS = st.lists(st.floats(-9, 18), min_size=6, max_size=12).filter(lambda each: not len(each) % 2)


@given(st.lists(POINTS, min_size=1, max_size=3))
def test_polygons_are_drawn_as_pycocotools_draws_them(polygons: list[list[float]]) -> None:
    expected = coco.decode(coco.merge(coco.frPyObjects(polygons, 9, 9)))
    packed = pack_outline(polygons, (9, 9), "a")
    np.testing.assert_array_equal(decode_region(packed, (9, 9)), expected)
    assert packed == coco.encode(np.asfortranarray(expected))["counts"].decode()


@pytest.mark.parametrize(
    "counts", [[0, 2, 4], [0, 1, 0, 1, 4], [0, 2, 4, 0], [0, 0, 0, 2, 1, 0, 3]]
)
def test_runs_of_no_pixels_change_nothing(counts: list[int]) -> None:
    assert pack_outline(Runs(size=(2, 3), counts=counts), (2, 3), "a") == "024"
