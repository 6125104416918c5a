"""Images drawn in other processes."""

import os
from collections.abc import Callable

import pytest

from components.core.table import Record
from components.ingest.drawing import draw_in_parallel


@pytest.fixture
def draw() -> Callable[[int], Record]:
    """A local function, which the processes get by value: they cannot import this file."""

    def draw(number: int) -> Record:
        if number < 0:
            raise ValueError(f"cannot draw {number}")
        return Record(str(os.getpid()).encode(), f"{number}.png", {"number": number})

    return draw


def test_images_come_in_order(draw: Callable[[int], Record]) -> None:
    records = list(draw_in_parallel(draw, range(50)))
    assert [record.labels["number"] for record in records] == list(range(50))


def test_other_processes_draw_them(draw: Callable[[int], Record]) -> None:
    assert str(os.getpid()).encode() not in {r.sample for r in draw_in_parallel(draw, range(20))}


def test_an_error_comes_through(draw: Callable[[int], Record]) -> None:
    with pytest.raises(ValueError, match="cannot draw -1"):
        list(draw_in_parallel(draw, [1, 2, -1, 3]))
