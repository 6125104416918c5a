"""Which photos are compared."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.faces.pairs import MOST, OTHERS, draw_pairs, list_pairs, photos_of


@given(st.lists(st.integers(0, 6), min_size=2, max_size=60))
def test_drawn_pairs(names: list[int]) -> None:
    people = np.unique(names, return_inverse=True)[1]
    first, second, same = pairs = draw_pairs(people)
    np.testing.assert_array_equal(people[first] == people[second], same)
    assert (first != second).all()
    assert len({*zip(first.tolist(), second.tolist(), strict=True)}) == len(first)
    for photos in photos_of(people):
        count = np.isin(first[same], photos).sum()
        assert count == min(len(photos) * (len(photos) - 1) // 2, MOST)
    assert (~same).sum() <= OTHERS
    for before, again in zip(pairs, draw_pairs(people), strict=True):
        np.testing.assert_array_equal(before, again)


def test_many_people_are_compared_with_each_other() -> None:
    same = draw_pairs(np.repeat(np.arange(300), 3)).same
    assert (same.sum(), (~same).sum()) == (900, OTHERS)


def test_the_photos_of_each_person() -> None:
    found = [each.tolist() for each in photos_of(np.array([1, 0, 1, 2]))]
    assert found == [[1], [0, 2], [3]]


def test_listed_pairs_are_those_whose_photos_are_there() -> None:
    people = np.array([0, 0, 1])
    first, second, same = list_pairs(["a", "b", "c"], [["b", "c", "absent"], [], []], people)
    assert (first.tolist(), second.tolist(), same.tolist()) == ([0, 0], [1, 2], [True, False])
    assert len(list_pairs(["a"], [["absent"]], np.array([0])).same) == 0
