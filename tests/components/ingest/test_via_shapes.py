"""Shapes of the VGG Image Annotator cover the pixels that they should."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as rle

from components.core.regions import decode_region
from components.ingest.via_shapes import draw_shape

SIZE = HEIGHT, WIDTH = 60, 80
INSIDE = st.floats(0, 60)


def draw(name: str, **numbers: Any) -> np.ndarray:
    return decode_region(draw_shape({"name": name, **numbers}, SIZE, "a"), SIZE)


@given(st.lists(st.tuples(INSIDE, INSIDE), min_size=3, max_size=6))
def test_a_polygon_is_drawn_as_pycocotools_draws_it(points: list[tuple[float, float]]) -> None:
    columns, rows = zip(*points, strict=True)
    flat = np.ravel(points).tolist()
    expected = rle.decode(rle.frPyObjects([flat], *SIZE))[..., 0]
    np.testing.assert_array_equal(
        draw("polygon", all_points_x=columns, all_points_y=rows), expected
    )


@given(INSIDE, INSIDE, st.integers(0, 20), st.integers(0, 20))
def test_a_rectangle_is_its_polygon(x: float, y: float, width: int, height: int) -> None:
    columns, rows = [x, x + width, x + width, x], [y, y, y + height, y + height]
    found = draw("rect", x=x, y=y, width=width, height=height)
    np.testing.assert_array_equal(found, draw("polygon", all_points_x=columns, all_points_y=rows))


@given(st.floats(25, 55), st.floats(25, 35), st.floats(5, 24))
def test_a_circle_has_its_area_and_is_where_its_middle_is(cx: float, cy: float, r: float) -> None:
    found = draw("circle", cx=cx, cy=cy, r=r)
    assert found.sum() == pytest.approx(np.pi * r**2, abs=4 * r)
    np.testing.assert_allclose(np.argwhere(found).mean(axis=0) + 0.5, (cy, cx), atol=0.5)
    np.testing.assert_array_equal(found, draw("ellipse", cx=cx, cy=cy, rx=r, ry=r, theta=1))


def test_an_ellipse_is_turned_clockwise() -> None:
    upright = draw("ellipse", cx=30, cy=30, rx=20, ry=5)
    np.testing.assert_array_equal(np.flatnonzero(upright.any(axis=0))[[0, -1]], (10, 49))
    np.testing.assert_array_equal(np.flatnonzero(upright.any(axis=1))[[0, -1]], (25, 34))
    steep = draw("ellipse", cx=30, cy=30, rx=20, ry=5, theta=np.pi / 2)
    np.testing.assert_array_equal(steep[:60, :60], upright[:60, :60].T)
    fallen = draw("ellipse", cx=30, cy=30, rx=20, ry=5, theta=np.pi / 4)
    assert fallen[40, 40]  # to the right and downwards
    assert not fallen[20, 40]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("circle", {"cx": 5.5, "cy": 5.5, "r": 0}),
        ("ellipse", {"cx": 5.5, "cy": 5.5, "rx": 0, "ry": 4}),
        ("rect", {"x": 5, "y": 5, "width": 0, "height": 4}),
    ],
)
def test_what_has_no_area_has_no_pixel(name: str, numbers: dict[str, float]) -> None:
    assert not draw(name, **numbers).any()
