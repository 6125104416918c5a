import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as rle

from components.core.boxes import Box
from components.core.regions import (
    COLUMNS,
    RegionError,
    box_region,
    count_pixels,
    decode_region,
    encode_region,
    find_edges,
    to_columns,
    to_encoded,
)

MASKS = arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40)))


@given(MASKS)
def test_a_region_comes_back_as_it_was(mask: np.ndarray) -> None:
    np.testing.assert_array_equal(decode_region(encode_region(mask), mask.shape), mask)


@given(MASKS)
def test_pycocotools_reads_the_same(mask: np.ndarray) -> None:
    encoded = to_encoded(encode_region(mask), mask.shape)
    np.testing.assert_array_equal(rle.decode(encoded), mask)
    assert rle.area(encoded) == mask.sum()


@pytest.mark.parametrize("counts", ["", "1", "~~~", "61", "Ω"])
def test_broken_runs_are_refused(counts: str) -> None:
    with pytest.raises(RegionError, match="do not sum to 12 pixels"):
        decode_region(counts, (3, 4))
    with pytest.raises(RegionError, match="do not sum to 12 pixels"):
        to_encoded(counts, (3, 4))


@given(MASKS)
def test_the_box_around_the_pixels(mask: np.ndarray) -> None:
    found = find_edges(encode_region(mask), mask.shape)
    if not mask.any():
        assert found is None
        return
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    assert found == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)


@given(MASKS)
def test_pixels_are_counted(mask: np.ndarray) -> None:
    assert count_pixels(encode_region(mask)) == mask.sum()


def test_a_region_without_a_pixel_has_a_box_without_an_area() -> None:
    counts = encode_region(np.zeros((3, 4), bool))
    assert box_region(counts, (3, 4), "cat", difficult=True) == Box((0, 0, 0, 0), "cat", True)


def test_the_columns_are_those_of_boxes_and_the_regions() -> None:
    columns = to_columns([(Box((0, 0, 4, 3), "cat"), "0<"), (Box((1, 1, 2, 2), "dog"), "417")])
    assert {*columns} == {*COLUMNS}
    assert (columns["labels"], columns["masks"]) == (["cat", "dog"], ["0<", "417"])
