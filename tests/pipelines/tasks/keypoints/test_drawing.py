"""Marks are drawn where the points are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from components.core.facial_points import GROUPS
from pipelines.tasks.keypoints.drawing import GROUP_COLOURS, POINT_COLOURS, Marks, draw_points

GREY = Image.new("L", (96, 64), 128)


def centroid(image: Image.Image, blank: Image.Image) -> tuple[float, float]:
    """The middle of what was drawn, in pixels of the picture."""
    drawn = np.abs(np.asarray(image, float) - np.asarray(blank, float)).sum(axis=2)
    rows, columns = np.indices(drawn.shape)
    return (columns * drawn).sum() / drawn.sum(), (rows * drawn).sum() / drawn.sum()


@settings(max_examples=25)
@given(st.floats(10, 85), st.floats(10, 53), st.booleans())
def test_a_mark_is_centred_on_its_point(x: float, y: float, hollow: bool) -> None:
    """In a picture 5 times as large, pixel x covers pixels 5 x to 5 x + 4."""
    points = np.array([[x, y]])
    picture = draw_points(GREY, [Marks(points, ["white"], hollow)], side=480)
    blank = draw_points(GREY, [], side=480)
    assert picture.size == (480, 320)
    assert centroid(picture, blank) == pytest.approx((5 * x + 2, 5 * y + 2), abs=0.25)


def test_colours() -> None:
    points = np.array([[20.0, 20.0], [60.0, 20.0], [40.0, 50.0]])
    layers = [Marks(points[:2], ["#ff0000", "#0000ff"]), Marks(points[2:], ["#00ff00"], True)]
    pixels = np.asarray(draw_points(GREY, layers, side=960))
    assert pixels[204, 204].tolist() == [255, 0, 0]
    assert pixels[204, 604].tolist() == [0, 0, 255]
    assert pixels[504, 404].tolist() == [128, 128, 128], "a ring is hollow"
    assert (pixels == (0, 255, 0)).all(axis=2).any()


def test_edges_are_smooth() -> None:
    picture = draw_points(GREY, [Marks(np.array([[40.0, 40.0]]), ["white"])], side=960)
    assert len(np.unique(np.asarray(picture))) > 20


@pytest.mark.parametrize(
    "place", [(np.nan, np.nan), (np.nan, 3.0), (-500.0, 10.0), (10.0, 900.0), (-40.0, -40.0)]
)
def test_missing_and_far_points_leave_no_mark(place: tuple[float, float]) -> None:
    picture = draw_points(GREY, [Marks(np.array([place]), ["white"])])
    assert picture == draw_points(GREY, [])


def test_a_point_at_the_corner_is_cut() -> None:
    picture = draw_points(GREY, [Marks(np.array([[-0.5, -0.5]]), ["white"])])
    assert np.asarray(picture)[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1"])
def test_any_mode_and_a_large_image_keeps_its_size(mode: str) -> None:
    picture = draw_points(Image.new(mode, (700, 500)), [Marks(np.array([[5.0, 5.0]]), ["red"])])
    assert (picture.mode, picture.size) == ("RGB", (700, 500))


def test_every_group_has_a_colour_of_its_own() -> None:
    assert GROUP_COLOURS.keys() == GROUPS.keys()
    assert len(set(GROUP_COLOURS.values())) == len(GROUPS)
    for group, points in GROUPS.items():
        assert {POINT_COLOURS[point] for point in points} == {GROUP_COLOURS[group]}
