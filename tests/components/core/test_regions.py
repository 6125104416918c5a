import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as rle

from components.core.regions import RegionError, decode_region, encode_region, to_encoded

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
