"""Tiles of large images: what they cover and keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.segmentation.tiling import Window, cut, stitch


@st.composite
def cuts(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Width, height, tile and overlap."""
    tile = draw(st.integers(4, 40))
    return (*draw(st.tuples(*[st.integers(1, 60)] * 2)), tile, draw(st.integers(0, tile - 1)))


def coordinates(width: int, height: int) -> np.ndarray:
    """A different number in every pixel of a small image, `[height, width]`."""
    return np.arange(width * height).reshape(height, width)


@given(cuts())
def test_kept_parts_cover_every_pixel_once(case: tuple[int, int, int, int]) -> None:
    width, height, *_ = case
    times = np.zeros((height, width), int)
    for window in cut(*case):
        times[window.kept] += 1
    assert (times == 1).all()


@given(cuts())
def test_kept_parts_are_those_of_their_tiles(case: tuple[int, int, int, int]) -> None:
    width, height, tile, _ = case
    pixels = coordinates(width, height)
    for window in cut(*case):
        part = pixels[window.tile]
        assert part.shape == (min(height, tile), min(width, tile))
        assert (part[window.inner] == pixels[window.kept]).all()


@given(cuts())
def test_kept_parts_stay_away_from_inner_borders(case: tuple[int, int, int, int]) -> None:
    width, height, _, overlap = case
    for window in cut(*case):
        for span, length in ((window.rows, height), (window.columns, width)):
            assert span.start == 0 or span.first - span.start >= overlap // 2
            assert span.stop == length or span.stop - span.last >= overlap // 2


@given(cuts())
def test_no_fewer_tiles_would_do(case: tuple[int, int, int, int]) -> None:
    width, height, tile, overlap = case
    windows = cut(*case)
    for length, spans in (
        (height, {w.rows for w in windows}),
        (width, {w.columns for w in windows}),
    ):
        fewer = len(spans) - 1
        assert fewer * tile - (fewer - 1) * overlap < length or not fewer


@given(cuts())
def test_stitching_undoes_cutting(case: tuple[int, int, int, int]) -> None:
    width, height, *_ = case
    mask = np.random.default_rng(0).integers(0, 256, (height, width), np.uint8)
    windows = cut(*case)
    whole = stitch((mask[window.tile] for window in windows), windows, (width, height))
    assert whole.dtype == np.uint8
    np.testing.assert_array_equal(whole, mask)


def test_worked_example() -> None:
    """A strip of 10 pixels in tiles of 6 that overlap by 2: neighbours meet in the middle."""
    first, second = cut(10, 6, 6, 2)
    assert (first.tile, first.kept) == (
        (slice(0, 6), slice(0, 6)),
        (slice(0, 6), slice(0, 5)),
    )
    assert (second.tile, second.kept, second.inner) == (
        (slice(0, 6), slice(4, 10)),
        (slice(0, 6), slice(5, 10)),
        (slice(0, 6), slice(1, 6)),
    )


def test_what_a_border_gets_wrong_is_not_kept() -> None:
    """A predictor that errs within 3 pixels of a tile's border errs only at the image's."""
    windows = cut(90, 70, 32, 8)

    def predict(window: Window) -> np.ndarray:
        shape = coordinates(90, 70)[window.tile].shape
        mask = np.ones(shape, np.uint8)
        mask[3:-3, 3:-3] = 0
        return mask

    whole = stitch(map(predict, windows), windows, (90, 70))
    assert not whole[3:-3, 3:-3].any()
    assert whole[:3].all()


@pytest.mark.parametrize(("tile", "overlap"), [(8, 8), (8, -1), (0, 0)])
def test_an_overlap_that_does_not_fit_is_refused(tile: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="does not fit tiles"):
        cut(20, 20, tile, overlap)


def test_a_mask_too_few_is_refused() -> None:
    windows = cut(20, 20, 16, 4)
    with pytest.raises(ValueError, match="longer"):
        stitch([np.zeros((16, 16), np.uint8)] * 3, windows, (20, 20))
