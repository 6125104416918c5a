"""What equal results cost in training, and whether results are equal without them.

    python -m benchmarks.determinism digits --epochs 5 --rounds 2

Trains a task in a copy of the project in turns with `train.deterministic` and without, each
training in a process of its own, as `dvc repro` does.
"""

import argparse
import hashlib
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.processes import measure_command
from benchmarks.workspace import Workspace

WEIGHTS = "artifacts/{task}/train/Trainer/model/*/*/model.weights.h5"


def train(workspace: Workspace, task: str, epochs: int, deterministic: bool) -> tuple[float, str]:
    """Trains anew; returns the stage's seconds and the digest of the weights."""
    params = workspace.params()
    params["tasks"][task]["train"] |= {"epochs": epochs, "deterministic": deterministic}
    workspace.write_params(params)
    workspace.run("dvc", "repro", "--single-item", f"plan@{task}")
    again = ("dvc", "repro", "--single-item", "--force", "--no-run-cache", f"train@{task}")
    usage = measure_command(again, workspace.folder, workspace.environment)
    (file,) = workspace.folder.glob(WEIGHTS.format(task=task))
    return usage.seconds, hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> None:
    """Prints the seconds of each training, and how many different models came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    results: dict[bool, list[tuple[float, str]]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.run("dvc", "repro", f"augment@{options.task}")
        for _ in range(options.rounds):
            for deterministic, trained in results.items():
                trained.append(train(workspace, options.task, options.epochs, deterministic))
    table = Table("deterministic", "seconds", "different models", title=options.task)
    for deterministic, trained in results.items():
        seconds = ", ".join(f"{taken:.1f}" for taken, _ in trained)
        table.add_row(str(deterministic).lower(), seconds, str(len({name for _, name in trained})))
    Console().print(table)


if __name__ == "__main__":
    main()
