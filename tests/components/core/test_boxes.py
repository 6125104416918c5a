"""The geometry of boxes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.boxes import Box, area, clip, giou, iou, to_array, to_columns

EDGE = st.integers(-20, 40)


@st.composite
def boxes(draw: st.DrawFn, least: int = 1) -> np.ndarray:
    """Boxes with an area, `[n, 4]`."""
    listed = draw(
        st.lists(
            st.tuples(EDGE, EDGE, st.integers(1, 30), st.integers(1, 30)),
            min_size=least,
            max_size=5,
        )
    )
    rows = [(x, y, x + width, y + height) for x, y, width, height in listed]
    return np.array(rows, np.float64).reshape(-1, 4)


def paint(box: np.ndarray) -> np.ndarray:
    """The pixels of a box with whole edges, on paper from -32 to 96."""
    paper = np.zeros((128, 128), bool)
    x0, y0, x1, y1 = (box + 32).astype(int)
    paper[y0:y1, x0:x1] = True
    return paper


@given(boxes(), boxes())
def test_overlap_is_that_of_painted_pixels(first: np.ndarray, second: np.ndarray) -> None:
    painted = [
        [(paint(a) & paint(b)).sum() / (paint(a) | paint(b)).sum() for b in second] for a in first
    ]
    np.testing.assert_allclose(iou(first, second), painted)


@given(boxes(), boxes())
def test_overlap_does_not_depend_on_the_order(first: np.ndarray, second: np.ndarray) -> None:
    np.testing.assert_allclose(iou(first, second), iou(second, first).T)
    np.testing.assert_allclose(giou(first, second), giou(second, first).T)


@given(boxes(), boxes(), st.floats(0.1, 10), st.floats(-50, 50))
def test_overlap_stays_when_all_is_scaled_and_moved(
    first: np.ndarray, second: np.ndarray, scale: float, move: float
) -> None:
    moved = [each * scale + move for each in (first, second)]
    np.testing.assert_allclose(iou(*moved), iou(first, second), atol=1e-9)


@given(boxes(), boxes())
def test_generalised_overlap_is_at_most_overlap_and_above_minus_one(
    first: np.ndarray, second: np.ndarray
) -> None:
    generalised = giou(first, second)
    assert (generalised <= iou(first, second) + 1e-12).all()
    assert (generalised > -1).all()
    np.testing.assert_allclose(np.diag(giou(first, first)), 1)


def test_generalised_overlap_of_boxes_that_lie_apart() -> None:
    """Two squares of 1 in a hull of 3: (0 - (3 - 2) / 3)."""
    first, second = np.array([[0, 0, 1, 1.0]]), np.array([[2, 0, 3, 1.0]])
    assert giou(first, second) == pytest.approx(-1 / 3)
    assert iou(first, second) == 0


@given(boxes(), st.integers(1, 40), st.integers(1, 40))
def test_what_is_clipped_lies_inside_and_is_not_larger(
    some: np.ndarray, width: int, height: int
) -> None:
    clipped = clip(some, width, height)
    assert (clipped >= 0).all()
    assert (clipped <= (width, height, width, height)).all()
    assert (area(clipped) <= area(some)).all()
    np.testing.assert_array_equal(clip(clipped, width, height), clipped)
    inside = [(paint(each)[32 : 32 + height, 32 : 32 + width]).sum() for each in some]
    np.testing.assert_allclose(area(clipped), inside)


def test_empty_boxes_overlap_nothing() -> None:
    point = np.array([[2, 2, 2, 2.0]])
    assert area(point) == 0
    assert iou(point, point) == 0
    assert area(np.array([[3, 0, 1, 5.0]])) == 0


def test_columns_of_an_image() -> None:
    boxes = [Box((1, 2, 3, 4), "cat"), Box((0, 0, 9, 9), "dog", difficult=True, crowd=True)]
    columns = to_columns(boxes)
    assert columns == {
        "boxes": [1, 2, 3, 4, 0, 0, 9, 9],
        "labels": ["cat", "dog"],
        "difficult": [0, 1],
        "crowd": [0, 1],
    }
    np.testing.assert_array_equal(to_array(columns["boxes"]), [[1, 2, 3, 4], [0, 0, 9, 9]])
    assert to_array(None).shape == to_array([]).shape == (0, 4)
