from pathlib import Path

from rich.text import Text

from components.score.parts import Tally
from pipelines.reports.score import tally_table


def test_counts_speed_and_the_first_failures() -> None:
    tally = Tally(samples=1_200, failed=3, failures=[("a[red].png", "cut"), ("b.png", "empty")])
    table = tally_table(tally, Path("scores.parquet"), seconds=2.0)
    names, values = ([str(cell) for cell in column.cells] for column in table.columns)
    assert dict(zip(names, values, strict=True)) | {"": ""} == {
        "samples": "1,200",
        "scored": "1,197",
        "could not be scored": "3",
        "": "",
        "seconds, with start-up": "2.0",
        "samples/s": "600.0",
    }
    assert values[3:6] == ["a[red].png: cut", "b.png: empty", "… and 1 more"]


def test_without_failures_nothing_is_red() -> None:
    table = tally_table(Tally(samples=2), Path("scores.parquet"), seconds=1.0)
    cells = list(table.columns[1].cells)
    assert [str(cell) for cell in cells] == ["2", "2", "0", "1.0", "2.0"]
    assert all(isinstance(cell, Text) and not cell.style for cell in cells)


def test_what_was_left_out_is_counted() -> None:
    tally = Tally(samples=2, left_out={"hidden": 1_000, "no image": 3})
    values = [str(cell) for cell in tally_table(tally, Path("a"), seconds=1.0).columns[1].cells]
    assert "left out: 1,000 hidden, 3 no image" in values
