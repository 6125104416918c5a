import subprocess
import sys
from pathlib import Path

import pytest

from components.core.errors import ConvoyError, DataError
from components.validate.validate import BrokenRulesError
from pipelines.refusal import VARIABLE, refusals_noted

STAGE = """
from components.core.errors import {kind}
from pipelines import cli, stages
def fail(*_): raise {kind}("row 3: no label")
stages.run_stage = fail
cli.main()
"""


def run_stage(kind: str) -> int:
    code = STAGE.format(kind=kind)
    command = [sys.executable, "-c", code, "stage", "ingest", "cats"]
    return subprocess.run(command, check=False).returncode


def test_a_stage_that_refuses_the_data_says_so_by_code_and_note(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(project / "note"))
    assert run_stage("DataError") == 13
    assert (project / "note").read_text() == "row 3: no label"


def test_any_other_error_is_none_of_the_data(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(project / "note"))
    assert run_stage("ConvoyError") == 1
    assert not (project / "note").exists()


def test_without_a_run_above_nothing_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(DataError), refusals_noted():
        raise DataError("row 3: no label")
    assert list(project.iterdir()) == []


def test_broken_rules_are_of_the_data() -> None:
    assert issubclass(BrokenRulesError, DataError)
    assert issubclass(DataError, ConvoyError)
