import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from components.core.task import Spec
from components.register.records import Decision
from pipelines.reports.register import age, registration_table, versions_table
from tests.registered import Register


def cells(table: Table) -> list[list[str]]:
    columns = (column.cells for column in table.columns)
    return [[str(cell) for cell in row] for row in zip(*columns, strict=True)]


def test_lists_the_versions_newest_first(spec: Spec, register: Register) -> None:
    registry, first = register(accuracy=0.91239)
    registry.promote(first, Decision("promote", ["first"]))
    registry, second = register(accuracy=0.95)
    registry.promote(second, Decision("promote", ["second"]))
    registry, third = register(accuracy=1.0)
    registry.refuse(third, Decision("refuse", ["macro_f1 0.2 is below the threshold 0.5"]))
    table = versions_table(spec)
    headers = [str(column.header) for column in table.columns]
    assert headers == ["version", "stage", "accuracy", "macro_f1", "data", "commit", "age"]
    assert cells(table) == [
        ["3", "challenger, refused", "1", "0.2", "fedcba98", "01234567-dirty", "now"],
        ["2", "champion", "0.95", "0.2", "fedcba98", "01234567-dirty", "now"],
        ["1", "archived", "0.9124", "0.2", "fedcba98", "01234567-dirty", "now"],
    ]


def test_fits_a_terminal(spec: Spec, register: Register) -> None:
    register()
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(versions_table(spec))
    assert "…" not in console.export_text()


def test_a_model_without_versions_has_no_rows(spec: Spec) -> None:
    assert cells(versions_table(spec)) == []


@pytest.mark.parametrize(("accepted", "alias"), [(True, "champion"), (False, "challenger")])
def test_a_registration_says_what_became_of_the_version(
    tmp_path: Path, accepted: bool, alias: str
) -> None:
    registration = {"version": "3", "run_id": "abc", "accepted": accepted, "reasons": ["a", "b"]}
    (tmp_path / "registration.json").write_text(json.dumps(registration))
    assert cells(registration_table(tmp_path)) == [["3", alias, "a\nb"]]


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=400), "400 d"),
        (timedelta(seconds=-5), "now"),
    ],
)
def test_age_is_in_the_largest_whole_unit(elapsed: timedelta, text: str) -> None:
    assert age(elapsed) == text
