"""The examples of schedulers call the command as it is and read its exit code rightly."""

import configparser
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import typer
import yaml

from pipelines.cli import app
from pipelines.outcome import Outcome

ROOT = Path(__file__).parents[2]
FILES = (
    ".github/workflows/retrain.yml",
    "schedules/crontab",
    "schedules/convoy-retrain@.service",
    "schedules/airflow_dag.py",
)
CALL = re.compile(r"convoy retrain (.*?)(?: \|\| .*)?$", re.MULTILINE)


def commands(text: str) -> list[str]:
    filled = re.sub(r"\{+ params\.policy \}+|\$POLICY", "on-drift", text)
    filled = re.sub(r"\{+ params\.task \}+|\$TASK|%i", "digits", filled)
    return CALL.findall("\n".join(line for line in filled.splitlines() if "#" not in line))


@pytest.mark.parametrize("file", FILES)
def test_the_command_and_its_options_exist(file: str) -> None:
    (options,) = commands((ROOT / file).read_text())
    retrain = typer.main.get_command(app).commands["retrain"]  # type: ignore[attr-defined]
    context = retrain.make_context("retrain", shlex.split(options))
    assert context.params["task"] == "digits"
    assert context.params["data"] == Path("drop/digits")


def test_the_workflow_runs_on_a_schedule() -> None:
    workflow = yaml.safe_load((ROOT / FILES[0]).read_text())
    triggers = workflow[True]  # YAML reads `on` as a truth value
    assert len(triggers["schedule"][0]["cron"].split()) == 5
    assert workflow["concurrency"] == "retrain"


@pytest.fixture
def convoy(project: Path) -> Path:
    """A `convoy` that notes where it was called and how, and exits with $CODE."""
    file = project / ".venv/bin/convoy"
    file.parent.mkdir(parents=True)
    file.write_text('#!/bin/sh\necho "$PWD: $*" > "$NOTES"\nexit $CODE\n')
    file.chmod(0o755)
    return file


def call(
    convoy: Path, shell: str, script: str, code: int = 0, **environment: str
) -> tuple[int, str]:
    """Runs a script in a scheduler's shell; returns its exit code and what `convoy` noted."""
    notes = convoy.with_name("notes")
    path = f"{convoy.parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "CODE": str(code), "NOTES": str(notes), **environment}
    result = subprocess.run([*shell.split(), "-c", script], env=environment, check=False)
    return result.returncode, notes.read_text().strip()


def test_cron_runs_the_command_in_the_project(project: Path, convoy: Path) -> None:
    lines = (ROOT / "schedules/crontab").read_text().splitlines()
    (job,) = (line for line in lines if re.match(r"[0-9*]", line))
    *times, command = job.split(maxsplit=5)
    assert times == ["17", "4", "*", "*", "1"]
    environment = {"PROJECT": str(project), "PATH": os.environ["PATH"]}
    code, notes = call(convoy, "sh", command, **environment)
    assert code == 0
    assert notes == f"{project}: retrain digits --data drop/digits --summary retrain.md"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_accepts_the_units(tmp_path: Path, convoy: Path) -> None:
    for kind in ("service", "timer"):
        unit = (ROOT / f"schedules/convoy-retrain@.{kind}").read_text()
        installed = unit.replace("/srv/convoy", str(convoy.parents[2]))
        (tmp_path / f"convoy-retrain@.{kind}").write_text(installed)
    units = [str(tmp_path / f"convoy-retrain@digits.{kind}") for kind in ("service", "timer")]
    result = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_outcomes_are_no_failures_for_systemd() -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read(ROOT / "schedules/convoy-retrain@.service")
    codes = {int(code) for code in unit["Service"]["SuccessExitStatus"].split()}
    assert codes == {Outcome.PROMOTED, Outcome.REFUSED, Outcome.DATA_ADDED}


@pytest.mark.parametrize("outcome", Outcome)
def test_the_workflow_fails_when_a_person_is_needed(
    project: Path, convoy: Path, outcome: Outcome
) -> None:
    subprocess.run(["git", "init", "--quiet"], check=True)
    workflow = yaml.safe_load((ROOT / FILES[0]).read_text())
    (script,) = (
        step["run"]
        for step in workflow["jobs"]["retrain"]["steps"]
        if "convoy retrain" in step.get("run", "")
    )
    code, notes = call(convoy, "bash -e", script, outcome, TASK="digits", POLICY="always")
    assert notes == f"{project}: retrain digits --data drop/digits --policy always"
    needed = (Outcome.FAILED, Outcome.DATA_INVALID, Outcome.BUSY)
    assert code == (outcome if outcome in needed else 0)


def dag(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict]:
    """The keywords of the operators of the DAG, by `task_id`; Airflow itself is not installed."""
    operator = MagicMock()
    for name in ("airflow", "airflow.models", "airflow.models.dag", "airflow.operators"):
        monkeypatch.setitem(sys.modules, name, MagicMock())
    monkeypatch.setitem(sys.modules, "airflow.operators.bash", MagicMock(BashOperator=operator))
    runpy.run_path(str(ROOT / "schedules/airflow_dag.py"))
    return {each.kwargs["task_id"]: each.kwargs for each in operator.call_args_list}


@pytest.mark.parametrize("outcome", Outcome)
def test_the_dag_publishes_only_what_is_new(
    project: Path, convoy: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    retrain = dag(monkeypatch)["retrain"]
    script = retrain["bash_command"].replace("{{ params.task }}", "digits")
    code, notes = call(convoy, "bash", script, outcome)
    assert notes == f"{project}: retrain digits --data drop/digits --policy on-new-data"
    if outcome in (Outcome.PROMOTED, Outcome.DATA_ADDED):
        assert code == 0
    elif outcome in (Outcome.FAILED, Outcome.DATA_INVALID):
        assert code == 1
    else:
        assert code == retrain["skip_on_exit_code"]


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"^\| (\d+) \| ", (ROOT / "docs/retraining.md").read_text(), re.MULTILINE)
    assert {int(code) for code in rows} == {*map(int, Outcome), 2}
