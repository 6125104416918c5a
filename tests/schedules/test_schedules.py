"""The examples of schedulers call the command as it is."""

import configparser
import re
import shlex
from pathlib import Path

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


def test_outcomes_are_no_failures_for_systemd() -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read(ROOT / "schedules/convoy-retrain@.service")
    codes = {int(code) for code in unit["Service"]["SuccessExitStatus"].split()}
    assert codes == {Outcome.PROMOTED, Outcome.REFUSED, Outcome.DATA_ADDED}


def test_the_dag_is_python() -> None:
    file = ROOT / "schedules/airflow_dag.py"
    compile(file.read_text(), str(file), "exec")


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"^\| (\d+) \| ", (ROOT / "docs/retraining.md").read_text(), re.MULTILINE)
    assert {int(code) for code in rows} == {*map(int, Outcome), 2}
