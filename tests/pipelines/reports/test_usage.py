import pytest
from rich.console import Console

from pipelines.reports.usage import duration, usage_table
from pipelines.usage import Usage


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.04, "0.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (3599.6, "1 h 0 min"),
        (192, "3 min 12 s"),
        (4 * 3600 + 120, "4 h 2 min"),
    ],
)
def test_a_duration_has_two_units(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_each_stage_and_all_of_them_are_told() -> None:
    used = {"train": Usage("2026-01-01T00:00:00+00:00", 61.2, 2_000_000_000)}
    console = Console(width=80)
    with console.capture() as capture:
        console.print(usage_table(used, 70.0))
    rows = [line.strip("│").split("│") for line in capture.get().splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["train", "1 min 1 s", "2.0 GB"],
        ["all, with DVC", "1 min 10 s", ""],
    ]
