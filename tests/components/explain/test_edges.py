import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.explain.edges import (
    case_study,
    edge_filters,
    edges,
    grey_square,
    max_pool,
    pool_depth,
)


def photo() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (120, 200, 3), np.uint8)
    return Image.fromarray(pixels)


def test_shapes_of_the_case_study() -> None:
    shapes = [maps.shape for maps in case_study(photo()).values()]
    assert shapes == [
        (300, 300, 8),
        (296, 296, 8),
        (291, 291, 8),
        (271, 271, 8),
        (300, 300, 1),
    ]
    assert grey_square(photo()).shape == (300, 300)


def test_eight_filters_turn_by_45_degrees() -> None:
    filters = edge_filters()
    assert filters.shape == (8, 3, 3)
    np.testing.assert_array_equal(filters[0], [[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
    np.testing.assert_array_equal(filters[1], [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]])
    np.testing.assert_array_equal(filters[2], np.rot90(filters[0], -1))
    np.testing.assert_array_equal(filters[4:], -filters[:4])
    assert not filters.sum(axis=(1, 2)).any()


@pytest.mark.parametrize("turn", range(8))
def test_each_filter_is_greatest_at_the_edge_of_its_direction(turn: int) -> None:
    angle = np.deg2rad(45 * turn)
    y, x = np.mgrid[-20:21, -20:21]
    bright = (x * np.sin(angle) - y * np.cos(angle) >= -1e-9).astype(float)
    middle = edges(bright)[10:31, 10:31]
    assert middle.max(axis=(0, 1)).argmax() == turn


@given(st.integers(1, 5), st.integers(5, 9), st.integers(5, 9), st.integers(1, 3))
def test_pooling_is_the_greatest_of_each_square(
    side: int, height: int, width: int, channels: int
) -> None:
    maps = np.random.default_rng(0).normal(size=(height, width, channels))
    pooled = max_pool(maps, side)
    assert pooled.shape == (height - side + 1, width - side + 1, channels)
    for row, column in np.ndindex(pooled.shape[:2]):
        square = maps[row : row + side, column : column + side]
        np.testing.assert_array_equal(pooled[row, column], square.max(axis=(0, 1)))


def test_pooling_over_depth_is_the_greatest_of_all_maps() -> None:
    maps = np.random.default_rng(0).normal(size=(4, 5, 8))
    np.testing.assert_array_equal(pool_depth(maps)[..., 0], maps.max(axis=2))
