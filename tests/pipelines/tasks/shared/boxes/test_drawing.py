"""Boxes on pictures of any size: where they are, and that they can be seen."""

import numpy as np
import pytest
from PIL import Image

from pipelines.tasks.shared.boxes.drawing import PALE, Drawn, colour_of, draw_boxes, true_boxes

RED = (255, 0, 0)


def draw(size: tuple[int, int], *edges: float, text: str = "") -> np.ndarray:
    """Which pixels are red where a red box is drawn on white."""
    drawn = draw_boxes(Image.new("RGB", size, "white"), [Drawn(edges, text, RED)])
    return (np.asarray(drawn) == RED).all(axis=-1)


def edges_of(red: np.ndarray) -> list[int]:
    """x0, y0, x1, y1 of what is red."""
    rows, columns = np.nonzero(red)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_a_line_lies_within_its_box() -> None:
    red = draw((640, 480), 100, 50, 200, 150)
    assert edges_of(red) == [100, 50, 200, 150]
    assert not red[52:148, 102:198].any()
    assert red[50:52, 100:200].all()


def test_a_small_picture_is_enlarged_by_a_whole_number() -> None:
    red = draw((100, 60), 10, 5, 20, 15)
    assert red.shape == (300, 500)
    assert edges_of(red) == [50, 25, 100, 75]


@pytest.mark.parametrize(("side", "line"), [(640, 2), (1280, 4), (4000, 12)])
def test_lines_grow_with_the_picture(side: int, line: int) -> None:
    across = draw((side, side // 2), 100, 100, 400, 400)[250]
    assert across.sum() == 2 * line


def test_a_text_stays_in_the_picture() -> None:
    for edges in ((630, 470, 640, 480), (0, 0, 10, 10), (-9, -9, 5, 5)):
        assert draw((640, 480), *edges, text="a label").sum() > 500


def test_texts_do_not_hide_each_other() -> None:
    """Three boxes at one place: the texts stand above, within and below."""
    size, edges = (640, 480), (100, 100, 200, 200)
    once = draw(size, *edges, text="cat").sum() - draw(size, *edges).sum()
    picture = draw_boxes(Image.new("RGB", size, "white"), [Drawn(edges, "cat", RED)] * 3)
    red = (np.asarray(picture) == RED).all(axis=-1)
    assert red[:100].sum() > 0.8 * once
    assert red[200:].sum() > 0.8 * once
    assert red[100:120].sum() > once


@pytest.mark.parametrize("edges", [(50, 50, 50, 80), (80, 50, 50, 80), (90, 90, 120, 120)])
def test_a_box_without_an_area_or_outside_is_no_fault(edges: tuple[float, ...]) -> None:
    assert draw((80, 80), *edges).shape == (480, 480)


def test_what_does_not_count_and_what_is_unknown_are_pale() -> None:
    labels = {"boxes": [0] * 12, "labels": [b"cat", "cat", "owl"]}
    told = true_boxes({**labels, "difficult": [0, 1, 0], "crowd": [0, 0, 0]}, ("dog", "cat"))
    assert [each.text for each in told] == ["cat", "cat", "owl"]
    assert [each.colour for each in told] == [colour_of("cat", ("dog", "cat")), PALE, PALE]
