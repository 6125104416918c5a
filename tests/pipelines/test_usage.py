from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from components.core.layout import usage_file
from pipelines.usage import noted, read_usage, used_since


def test_a_stage_notes_what_it_took(project: Path) -> None:
    assert read_usage("cats", "train") is None
    with noted("cats", "train"):
        held = bytearray(50_000_000)
    usage = read_usage("cats", "train")
    assert usage is not None
    assert usage.seconds >= 0
    assert usage.peak_memory > len(held)
    assert usage_file("cats", "train").parts[:4] == ("artifacts", "cats", "diary", "train")


def test_a_stage_that_fails_notes_nothing(project: Path) -> None:
    with pytest.raises(ZeroDivisionError), noted("cats", "train"):
        1 / 0  # noqa: B018
    assert read_usage("cats", "train") is None


def test_only_the_stages_of_this_run_count(project: Path) -> None:
    for stage in ("train", "ingest"):
        with noted("cats", stage):
            pass
    now = datetime.now(UTC)
    assert list(used_since("cats", now - timedelta(minutes=1))) == ["ingest", "train"]
    assert used_since("cats", now + timedelta(minutes=1)) == {}
