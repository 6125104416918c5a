"""Images drawn in other processes."""

import os

import pytest

from components.ingest.drawing import draw_in_parallel
from components.ingest.table import Record


def draw(number: int) -> Record:
    if number < 0:
        raise ValueError(f"cannot draw {number}")
    return Record(str(os.getpid()).encode(), f"{number}.png", {"number": number})


def test_images_come_in_order() -> None:
    records = list(draw_in_parallel(draw, range(50)))
    assert [record.labels["number"] for record in records] == list(range(50))


def test_other_processes_draw_them() -> None:
    assert str(os.getpid()).encode() not in {r.image for r in draw_in_parallel(draw, range(20))}


def test_an_error_comes_through() -> None:
    with pytest.raises(ValueError, match="cannot draw -1"):
        list(draw_in_parallel(draw, [1, 2, -1, 3]))
