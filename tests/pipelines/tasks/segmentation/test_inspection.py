"""What masks are said to be like."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.masks import encode_mask
from pipelines.tasks.segmentation.inspection import (
    VALUES,
    describe_mask,
    describe_masks,
    sample_mask,
)


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 12))
def test_shares_are_those_that_numpy_counts(seed: int, height: int, width: int) -> None:
    mask = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    described = describe_mask(encode_mask(mask), width, height)
    values, counts = np.unique(mask, return_counts=True)
    assert described.values == ", ".join(map(str, values.tolist()))
    np.testing.assert_allclose(described.shares[values], counts / mask.size, atol=1e-9)
    assert described.shares.sum() == pytest.approx(1)
    assert described[:3] == (None, None, None)


def test_the_masks_themselves_are_dropped() -> None:
    size = pd.array([2, 2], pd.Int64Dtype())
    mask = encode_mask(np.zeros((2, 2), np.uint8))
    rows = pd.DataFrame({"mask": [mask, None], "width": size, "height": size}, index=[5, 6])
    described = describe_masks(rows)
    assert "mask" not in described
    assert described.index.tolist() == [5, 6]
    assert described["share_0"].tolist()[0] == 1
    assert described[[f"share_{value}" for value in range(VALUES)]].loc[6].isna().all()


def test_no_rows() -> None:
    assert describe_masks(pd.DataFrame({"mask": [], "width": [], "height": []})).empty


@pytest.mark.parametrize("size", [(1, 1), (5, 7), (16, 16), (360, 480), (33, 31)])
def test_samples_of_a_mask_are_spaced_evenly(size: tuple[int, int]) -> None:
    rows, columns = np.indices(size)
    for ramp, side in ((rows, size[0]), (columns, size[1])):
        values = np.array(sample_mask(encode_mask((ramp * 255 // side).astype(np.uint8))), float)
        assert len(values) == 256
        middle = (np.arange(16) + 0.5) * side // 16 * 255 // side
        np.testing.assert_array_equal(np.unique(values), np.unique(middle))


def test_nothing_is_sampled_of_what_cannot_be_read() -> None:
    assert sample_mask(b"no image") is None
