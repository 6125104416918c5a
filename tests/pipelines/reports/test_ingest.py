"""What is shown of the data that were read."""

import pytest
from rich.console import Console

from components.ingest.summary import IngestSummary
from pipelines.reports.ingest import ingest_table


def test_the_table_of_what_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    splits = {"train": 8, "val": 1, "test": 1}
    cats = {("cat", split): count for split, count in splits.items()}
    dogs = {("dog", split): 2 * count for split, count in splits.items()}
    Console().print(ingest_table(IngestSummary({**cats, **dogs}, 3, 1_500), "out"))
    out = capsys.readouterr().out
    cells = [line.replace("│", " ").split() for line in out.splitlines()]
    for row in (["cat", "8", "1", "1"], ["dog", "16", "2", "2"], ["all", "24", "3", "3"]):
        assert row in cells
    assert "3 shards, 1.5 kB" in out


def test_many_strata_are_cut() -> None:
    samples = {(f"class {number:02}", "train"): 1 for number in range(25)}
    assert ingest_table(IngestSummary(samples, 1, 1), "out").row_count == 21


def test_a_single_stratum_is_not_listed() -> None:
    samples = {("", "train"): 16, ("", "val"): 2, ("", "test"): 2}
    assert ingest_table(IngestSummary(samples, 3, 1), "out").row_count == 0
