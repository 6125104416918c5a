import json
from pathlib import Path

import numpy as np
import pytest
from rich.table import Table

from components.evaluate.compare import Comparison
from pipelines.reports.evaluate import comparison_table, metrics_table


def cells(table: Table) -> list[list[str]]:
    columns = (column.cells for column in table.columns)
    return [[str(cell) for cell in row] for row in zip(*columns, strict=True)]


def write(folder: Path, champion: dict[str, float] | None, accepted: bool) -> Path:
    contents = {
        "metrics": {"accuracy": 0.912345, "examples": 180, "recall/dark": 0.5},
        "champion": champion,
        "decision": {"accepted": accepted, "reasons": ["one", "two"], "champion": None},
    }
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_the_metrics_stand_beside_the_champions(tmp_path: Path) -> None:
    table = metrics_table(write(tmp_path, {"accuracy": 0.9}, accepted=True))
    assert cells(table) == [["accuracy", "0.9123", "0.9"], ["examples", "180", ""]]
    assert str(table.caption) == "may be promoted\none\ntwo"


def test_without_a_champion_its_column_is_empty(tmp_path: Path) -> None:
    table = metrics_table(write(tmp_path, None, accepted=False))
    assert [row[2] for row in cells(table)] == ["", ""]
    assert str(table.caption) == "refused\none\ntwo"


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(
        task="toy",
        names=("1", "champion"),
        metrics=({"accuracy": 0.75, "f1/dark": 1.0}, {"accuracy": 0.25, "new": 2.0}),
        intervals={"accuracy": (-1.0, 0.0), "absent": (np.nan, np.nan)},
        pictures=Path("out/toy-1-champion/disagreements.png"),
    )


def test_the_table_has_both_and_the_difference(comparison: Comparison) -> None:
    table = comparison_table(comparison)
    assert [str(column.header) for column in table.columns] == [
        "metric", "1", "champion", "difference", "95% interval, per sample"
    ]  # fmt: skip
    assert cells(table) == [
        ["accuracy", "0.75", "0.25", "-0.5", "-1.0000 to +0.0000"],
        ["absent", "", "", "", ""],
        ["new", "", "2", "", ""],
    ]
