"""Tables whose rows are runs of the pipeline with different parameters."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.workspace import Workspace


@dataclass(frozen=True)
class Row:
    """One run of the pipeline.

    Attributes:
        name: What it shows.
        task: The task that is run.
        overrides: What differs from the task's block in `params.yaml`.
    """

    name: str
    task: str
    overrides: Sequence[str] = ()

    @property
    def command(self) -> str:
        """The command as it is typed."""
        words = (f"'{word}'" if re.search(r"[\s{}]", word) else word for word in self.overrides)
        return " ".join(("convoy run", self.task, *words))


@dataclass(frozen=True)
class Report:
    """Runs rows in one copy of the project and prints them as they finish.

    Attributes:
        workspace: The copy; what one row registers, later ones may start from.
        metrics: Columns of the table, names in `metrics.json`.
        data: A path that the table shows as `DATA`.
    """

    workspace: Workspace
    metrics: Sequence[str]
    data: Path | None = None

    def run(self, rows: Iterable[Row], console: Console) -> None:
        """Prints a Markdown table."""
        console.print(f"| run | {' | '.join(self.metrics)} | minutes | command |", markup=False)
        console.print("|---" * (len(self.metrics) + 3) + "|")
        for row in rows:
            line = self._describe(row, measure(self.workspace, row))
            console.print(line.replace(str(self.data), "DATA"), markup=False)

    def _describe(self, row: Row, measured: Mapping[str, Any]) -> str:
        values = (f"{measured[name]:.3g}" if name in measured else "" for name in self.metrics)
        return (
            f"| {row.name} | {' | '.join(values)} | {measured['minutes']:.0f} | `{row.command}` |"
        )


def measure(workspace: Workspace, row: Row) -> dict[str, Any]:
    """Runs a row from the committed parameters on; returns the metrics and the minutes."""
    workspace.run("git", "checkout", "--quiet", "HEAD", "--", "params.yaml")
    begin = time.perf_counter()
    workspace.experiment(row.task, *row.overrides)
    return workspace.metrics(row.task) | {"minutes": (time.perf_counter() - begin) / 60}
