"""Seconds of each stage, and of `dvc repro` when there is nothing to do.

    python -m benchmarks.stages digits

Runs in a copy of the project, stage by stage, each in a process of its own as DVC does.
"""

import argparse
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.workspace import Workspace
from pipelines.stages import STAGES


def seconds(workspace: Workspace, *command: str) -> float:
    """The wall-clock time of a command."""
    begin = time.perf_counter()
    workspace.run(*command)
    return time.perf_counter() - begin


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task")
    task = parser.parse_args().task
    table = Table("stage", "seconds", title=task)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        times = {
            s: seconds(workspace, "dvc", "repro", "--single-item", f"{s}@{task}") for s in STAGES
        }
        idle = seconds(workspace, "dvc", "repro", f"register@{task}")
    for stage, elapsed in times.items():
        table.add_row(stage, f"{elapsed:.1f}")
    table.add_row("all", f"{sum(times.values()):.1f}")
    table.add_row("all but train", f"{sum(times.values()) - times['train']:.1f}")
    table.add_row("nothing to do", f"{idle:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
