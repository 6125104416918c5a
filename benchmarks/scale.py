"""Seconds and memory of the stages that read single files, by the number of files.

    python -m benchmarks.scale --files 10000 50000 100000

Runs in a copy of the project, each stage in a process of its own. The files are handwritten digits
of 28x28 pixels with noise, no two of them alike. The champion that scores them has been trained
for an epoch on the first of them.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_digits

from benchmarks.processes import Usage, measure_command
from benchmarks.workspace import Workspace

TASK = "digits"
FIRST = 1_000
STAGES = ("ingest", "validate", "prepare")
NOISE = 16


def write_digits(folder: Path, files: int) -> None:
    """Writes images into a folder a class."""
    chance = np.random.default_rng(0)
    digits = load_digits()
    for label in map(str, digits.target_names):
        (folder / label).mkdir(parents=True)
    for number in range(files):
        at = number % len(digits.images)
        small = (digits.images[at] * (255 - NOISE) / 16).astype(np.uint8)
        pixels = np.pad(np.kron(small, np.ones((3, 3), np.uint8)), 2)
        pixels += chance.integers(NOISE, size=pixels.shape, dtype=np.uint8)
        Image.fromarray(pixels).save(folder / str(digits.target[at]) / f"{number:06}.png")


def use(workspace: Workspace, folder: Path) -> None:
    """Has the task read a folder, train for an epoch and pass the gate with any accuracy."""
    params = workspace.params()
    block = params["tasks"][TASK]
    block["source"] = {"kind": "image_folder", "path": str(folder)}
    block["train"] = {"model": "digits_cnn", "epochs": 1}
    block["gate"] = {"thresholds": {"accuracy": {"min": 0.0}}, "tolerance": 1.0}
    block["checks"]["balance_floor"] = 0.0
    workspace.write_params({"tasks": {TASK: block}})


def measure(workspace: Workspace, folder: Path) -> Iterator[tuple[str, Usage]]:
    """Takes a folder through the stages, then has the champion score it."""
    use(workspace, folder)
    for stage in STAGES:
        command = ("convoy", "stage", stage, TASK)
        yield stage, measure_command(command, workspace.folder, workspace.environment)
    scoring = ("convoy", "score", TASK, str(folder), "--out", "scores.parquet")
    yield "score", measure_command(scoring, workspace.folder, workspace.environment)


def run(scratch: Path, sizes: Sequence[int]) -> Table:
    """A row for each stage and number of files."""
    (scratch / "project").mkdir()
    workspace = Workspace(scratch / "project")
    write_digits(scratch / "first", FIRST)
    use(workspace, scratch / "first")
    workspace.run("convoy", "run", TASK)
    table = Table("files", "stage", "seconds", "files/s", "peak memory, MiB")
    for files in sizes:
        folder = scratch / str(files)
        write_digits(folder, files)
        for stage, usage in measure(workspace, folder):
            speed = f"{files / usage.seconds:,.0f}"
            memory = f"{usage.peak_memory:,.0f}"
            table.add_row(f"{files:,}", stage, f"{usage.seconds:.1f}", speed, memory)
    return table


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        Console().print(run(Path(scratch), options.files))


if __name__ == "__main__":
    main()
