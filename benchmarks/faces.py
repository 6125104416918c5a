"""How well networks tell strangers apart: rendered people, and Labeled Faces in the Wild.

    python -m benchmarks.faces --lfw /path/to/lfw

Protocol: a tenth of the people is measured on and a tenth watched while training; nobody is in two
splits, and the network learns from no other photos than theirs. Without `--lfw` only the rendered
people are measured. `accuracy` is that of drawn pairs at the threshold that is best on the people
who are watched.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks.rows import Report, Row
from benchmarks.workspace import Workspace

TASK = "faces"
METRICS = (
    "accuracy",
    "roc_auc",
    "equal_error_rate",
    "true_accepts_at_1_percent",
    "rank_1",
    "open_set_at_1_percent",
    "people",
    "pairs",
)
TOLD = ("accuracy", "roc_auc", "rank_1")
SIAMESE = ("train.loss=contrastive",)
PRETRAINED = ("recipe=lfw", "recipe=pretrained")


def rows(lfw: Path | None) -> Iterator[Row]:
    """The rows of the table."""
    yield Row("rendered people", TASK)
    yield Row("rendered people, ArcFace", TASK, ("train.loss=arcface",))
    yield Row("rendered people, siamese", TASK, SIAMESE)
    if lfw is not None:
        data = f"source.path={lfw}"
        yield Row("LFW from scratch", TASK, ("recipe=lfw", data))
        yield Row("LFW from scratch, siamese", TASK, ("recipe=lfw", data, *SIAMESE))
        yield Row("LFW over ImageNet's weights", TASK, (*PRETRAINED, data))


def main() -> None:
    """Prints a Markdown table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lfw", type=Path, help="a folder with a folder a person")
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the runs in")
    options = parser.parse_args()
    lfw = options.lfw and options.lfw.resolve()
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(options.folder or Path(folder))
        Report(workspace, METRICS, lfw, TOLD).run(rows(lfw), console)


if __name__ == "__main__":
    main()
