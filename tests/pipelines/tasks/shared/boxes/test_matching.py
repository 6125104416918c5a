"""Which found object is which true one."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.tasks.shared.boxes.matching import confusion, count, f1, match
from pipelines.tasks.shared.boxes.objects import Found, Truth

LEFT, RIGHT, FAR = (0, 0, 10, 10), (20, 0, 30, 10), (50, 50, 60, 60)


def truth(
    *boxes: tuple[int, ...], classes: tuple[int, ...], ignored: tuple[int, ...] = ()
) -> Truth:
    flags = np.array(ignored or (0,) * len(boxes), bool)
    rows = np.array(boxes, np.float64).reshape(-1, 4)
    return Truth(rows, np.array(classes, np.int64), flags, np.zeros(len(boxes), bool))


def found(*boxes: tuple[int, ...], classes: tuple[int, ...]) -> Found:
    rows = np.array(boxes, np.float64).reshape(-1, 4)
    return Found(rows, np.linspace(0.9, 0.5, len(boxes)), np.array(classes, np.int64))


def test_pairs_missed_and_false() -> None:
    known, told = truth(LEFT, RIGHT, classes=(0, 1)), found(FAR, LEFT, classes=(0, 0))
    matched = match(known, told)
    assert matched == ([(0, 1)], [1], [0])
    assert f1(known, told, matched) == pytest.approx(2 / 4)
    assert confusion(known, told, matched, 2).tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0]]


def test_an_object_taken_for_another_class_is_a_pair_but_not_right() -> None:
    known, told = truth(LEFT, classes=(0,)), found(LEFT, classes=(1,))
    matched = match(known, told)
    assert count(known, told, matched) == (0, 2)
    assert confusion(known, told, matched, 2).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_equal_classes_are_paired_before_those_that_overlap_more() -> None:
    near = (1, 0, 11, 10)
    known, told = truth(LEFT, classes=(0,)), found(LEFT, near, classes=(1, 0))
    assert match(known, told).pairs == [(0, 1)]


def test_what_does_not_count_is_neither_missed_nor_makes_anything_false() -> None:
    known = truth(LEFT, (20, 0, 60, 40), classes=(0, 0), ignored=(1, 1))
    told = found(LEFT, (25, 5, 30, 10), classes=(0, 0))
    matched = match(known, told)
    assert matched == ([], [], [])
    assert np.isnan(f1(known, told, matched))


def test_nothing_true_and_nothing_found() -> None:
    known, told = truth(classes=()), found(classes=())
    assert match(known, told) == ([], [], [])
    assert not confusion(known, told, match(known, told), 2).any()


def test_regions_are_compared_where_there_are_some() -> None:
    """Two boxes are the same, but the objects in them are apart."""
    from components.core.regions import encode_region, to_encoded

    left = np.zeros((10, 10), bool)
    left[:, :5] = True
    regions = [to_encoded(encode_region(mask), (10, 10)) for mask in (left, ~left)]
    known = replace(truth(LEFT, classes=(0,)), regions=regions[:1])
    told = replace(found(LEFT, LEFT, classes=(0, 0)), regions=regions)
    assert match(known, told) == ([(0, 0)], [], [1])
    other = replace(told.above(0.9), regions=regions[1:])
    assert match(known, other) == ([], [0], [0])
    whole = to_encoded(encode_region(np.ones((10, 10), bool)), (10, 10))
    crowd = replace(truth(LEFT, classes=(0,), ignored=(1,)), regions=[whole])
    assert match(crowd, told) == ([], [], [])
    assert match(replace(truth(classes=()), regions=[]), told) == ([], [], [0, 1])
