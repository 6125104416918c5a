"""A project whose stages and commands run in this process, so that no package is loaded twice."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from benchmarks.workspace import ROOT
from pipelines.cli import app
from pipelines.overrides import apply_overrides
from pipelines.stages import STAGES, run_stage


@contextmanager
def staged_project(folder: Path) -> Iterator[Path]:
    """Makes an empty folder a project and the current folder for the block."""
    for package in ("components", "models", "pipelines"):
        (folder / package).symlink_to(ROOT / package)
    shutil.copytree(ROOT / "data/schemas", folder / "data/schemas")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        # whole, since MLflow keeps a connection for each address
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'mlflow.db'}")
        yield folder


def run_stages(task: str, block: Mapping[str, Any]) -> None:
    """Takes a task through all its stages; other tasks that ran before are still known."""
    file = Path("params.yaml")
    tasks = yaml.safe_load(file.read_text())["tasks"] if file.is_file() else {}
    file.write_text(yaml.safe_dump({"tasks": {**tasks, task: dict(block)}}))
    for stage in STAGES:
        run_stage(stage, task)


def shipped_block(task: str, *overrides: str) -> dict[str, Any]:
    """The block of a task in the project's own `params.yaml`, with some values changed."""
    blocks = yaml.safe_load((ROOT / "params.yaml").read_text())["tasks"]
    return apply_overrides(blocks[task], overrides)


def convoy(*arguments: str) -> str:
    """Runs a command of the command line; returns what it printed."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def metrics(task: str) -> dict[str, Any]:
    """What the last run of a task measured, of single classes too."""
    (file,) = Path("artifacts", task, "evaluate/Evaluate/evaluation").glob("*/metrics.json")
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    return content
