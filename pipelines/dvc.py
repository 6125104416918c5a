"""Runs DVC, which decides what has changed and must run again."""

import subprocess
import sys
from collections.abc import Sequence

from rich.console import Console

LAST_STAGE = "register"


def reproduce(tasks: Sequence[str], force: bool = False) -> int:
    """`dvc repro` of the tasks' whole chains; returns its exit code."""
    options = ["--force"] if force else []
    return _dvc("repro", *options, *(f"{LAST_STAGE}@{task}" for task in tasks))


def run_experiment(task: str, overrides: Sequence[str]) -> int:
    """`dvc exp run` of one task with parameters overridden; returns its exit code."""
    settings = [f"--set-param=tasks.{task}.{override}" for override in overrides]
    return _dvc("exp", "run", *settings, f"{LAST_STAGE}@{task}")


def restore_outputs() -> None:
    """Brings back what `dvc.lock` names: DVC clears a stage's outputs before it runs."""
    _dvc("checkout", "--quiet", "--allow-missing")


def _dvc(*arguments: str) -> int:
    Console(stderr=True).print(f"$ dvc {' '.join(arguments)}", style="dim", highlight=False)
    return subprocess.run([sys.executable, "-m", "dvc", *arguments], check=False).returncode
