"""What transfer from our own registry brings: accuracy against the number of training images.

    python -m benchmarks.person --sizes 200 600 2000

First the classifier of rendered things, `objects`, is trained and registered as version 1. Then
each row trains `person` on the first so many of the rendered scenes with and without people, and
measures on the same 500 test scenes: from scratch, with the backbone of `objects` frozen, and with
all of it fine-tuned after that. The fewer the images, the more epochs, up to five times as many.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.rows import Report, Row
from benchmarks.workspace import Workspace

TASK = "person"
METRICS = ("accuracy", "roc_auc", "average_precision", "expected_calibration_error")
OBJECTS = "train.initial_weights=models:/objects/1"
MOST = 5
"""How many times more epochs than on the largest set there are at most."""


def starts(epochs: int) -> Mapping[str, Sequence[str]]:
    """The ways to start, and what `params.yaml` is overridden with for each.

    Args:
        epochs: Of training; where it has two phases, the first has a fifth of them.
    """
    head = epochs // 5
    tuned = f"{{epochs: {epochs - head}, fraction: 1.0, learning_rate: 0.002}}"
    return {
        "from scratch": (f"train.epochs={epochs}",),
        "frozen": (OBJECTS, f"train.epochs={epochs}", "train.fine_tune={epochs: 0}"),
        "fine-tuned": (OBJECTS, f"train.epochs={head}", f"train.fine_tune={tuned}"),
    }


def rows(sizes: Sequence[int], epochs: int) -> Iterator[Row]:
    """The rows of the table.

    Args:
        sizes: Numbers of training images.
        epochs: Of training on the largest of them; on fewer images there are more.
    """
    yield Row("objects, the source", "objects")
    for size in sizes:
        length = min(epochs * max(sizes) // size, MOST * epochs)
        for name, overrides in starts(length).items():
            yield Row(f"{size} images, {name}", TASK, (f"source.counts.train={size}", *overrides))


def main() -> None:
    """Prints a Markdown table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 600, 2_000])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the runs in")
    options = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        report = Report(Workspace(options.folder or Path(folder)), METRICS)
        report.run(rows(options.sizes, options.epochs), console)


if __name__ == "__main__":
    main()
