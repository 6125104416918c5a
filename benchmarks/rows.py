"""Tables whose rows are runs of the pipeline with different parameters."""

import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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


def measure(workspace: Workspace, row: Row) -> dict[str, Any]:
    """Runs a row from the committed parameters on; returns the metrics and the minutes."""
    workspace.run("git", "checkout", "--quiet", "HEAD", "--", "params.yaml")
    begin = time.perf_counter()
    workspace.experiment(row.task, *row.overrides)
    return workspace.metrics(row.task) | {"minutes": (time.perf_counter() - begin) / 60}


@dataclass(frozen=True)
class Report:
    """Runs rows in one copy of the project and prints them as they finish.

    Attributes:
        workspace: The copy; what one row registers, later ones may start from.
        metrics: Columns of the table, names in `metrics.json`.
        data: A path that the table shows as `DATA`.
        told: The metrics of which the 95% interval over the test samples is told, too.
        measure: Runs a row; returns its metrics and the minutes.
    """

    workspace: Workspace
    metrics: Sequence[str]
    data: Path | None = None
    told: Collection[str] = ()
    measure: Callable[[Workspace, Row], dict[str, Any]] = measure

    def run(self, rows: Iterable[Row], console: Console) -> list[dict[str, Any]]:
        """Prints a Markdown table; returns what `measure` says of each row."""
        measured = []
        console.print(f"| run | {' | '.join(self.metrics)} | minutes | command |", markup=False)
        console.print("|---" * (len(self.metrics) + 3) + "|")
        for row in rows:
            measured.append(self.measure(self.workspace, row))
            line = self._describe(row, measured[-1])
            console.print(line.replace(str(self.data), "DATA"), markup=False)
        return measured

    def _describe(self, row: Row, measured: Mapping[str, Any]) -> str:
        values = (self._value(row, name, measured) for name in self.metrics)
        return (
            f"| {row.name} | {' | '.join(values)} | {measured['minutes']:.0f} | `{row.command}` |"
        )

    def _value(self, row: Row, name: str, measured: Mapping[str, Any]) -> str:
        if name not in measured:
            return ""
        ends = self.workspace.intervals(row.task).get(name) if name in self.told else None
        return f"{measured[name]:.3g}" + (
            "" if ends is None else " ({:.3g} to {:.3g})".format(*ends)
        )
