"""Seconds, samples/s and memory of each stage, and of a run when there is nothing to do.

    python -m benchmarks.stages digits

Runs in a copy of the project, stage by stage, each in a process of its own as DVC does; so each
begins with the seconds that imports take. Samples are those of all splits; the training stage
takes those of the training split once an epoch, evaluation those of the test split. The stage
`plan` notes what the others are made of.
"""

import argparse
import csv
import json
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.processes import Usage, measure_command
from benchmarks.workspace import Workspace
from components.core.layout import CURVES_FILE
from pipelines.stages import PLAN, STAGES


def repro(workspace: Workspace, *words: str) -> Usage:
    """Runs `dvc repro`."""
    return measure_command(("dvc", "repro", *words), workspace.folder, workspace.environment)


def count_samples(reports: Path) -> dict[str, int]:
    """How many samples each stage took that takes any.

    Args:
        reports: Folder of the task's reports.
    """
    rows = json.loads((reports / "validation.json").read_text())["rows"]
    epochs = len(list(csv.DictReader((reports / "train" / CURVES_FILE).open())))
    everything = dict.fromkeys(("ingest", "validate", "prepare", "augment"), sum(rows.values()))
    return everything | {"train": epochs * rows["train"], "evaluate": rows["test"]}


def main() -> None:
    """Prints the table and the task's metrics."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the run in")
    options = parser.parse_args()
    task = options.task
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(options.folder or Path(folder))
        stages = (PLAN, *STAGES)
        usages = {stage: repro(workspace, "--single-item", f"{stage}@{task}") for stage in stages}
        idle = repro(workspace, f"register@{task}")
        samples = count_samples(workspace.folder / "reports" / task)
        metrics = workspace.metrics(task)
    table = Table("stage", "seconds", "samples", "samples/s", "peak memory, MiB", title=task)
    for stage, usage in usages.items():
        speed = f"{samples[stage] / usage.seconds:,.0f}" if stage in samples else ""
        counted = f"{samples[stage]:,}" if stage in samples else ""
        table.add_row(stage, f"{usage.seconds:.1f}", counted, speed, f"{usage.peak_memory:,.0f}")
    total = sum(usage.seconds for usage in usages.values())
    table.add_row("all", f"{total:.1f}")
    table.add_row("all but train", f"{total - usages['train'].seconds:.1f}")
    table.add_row("nothing to do", f"{idle.seconds:.1f}")
    Console().print(table)
    Console().print_json(data=metrics)


if __name__ == "__main__":
    main()
