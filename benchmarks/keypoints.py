"""Mean pixel error of every keypoint network on real faces in Kaggle's layout.

    python -m benchmarks.keypoints /path/to/training.csv --epochs 30

First the default recipe is trained on rendered faces and registered as version 1. Then each row
is `convoy run keypoints` on the real faces, in the same copy of the project, with the overrides
shown; transferred rows start from that version. The split is the pipeline's own, 80/10/10, the
same for all rows with the same seed. Rows are printed as they finish.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.workspace import Workspace
from components.ingest.sources import kaggle_keypoints, rendered_faces
from components.ingest.table import Record

FACES = Path("components/ingest/sources/faces")
RENDERED = "models:/keypoints/1"
METRICS = ("mean_pixel_error", "tta_mean_pixel_error", "rmse", "i2dl_score", "nme_eyes")


@dataclass(frozen=True)
class Row:
    """One training.

    Attributes:
        name: What it shows.
        overrides: What differs from the default recipe.
    """

    name: str
    overrides: Sequence[str] = ()

    @property
    def command(self) -> str:
        """The command as it is typed."""
        return " ".join(("convoy run keypoints", *self.overrides))


def rows(real: Path, epochs: int, origin: float) -> Iterator[Row]:
    """The rows of the table."""
    source = ("source.kind=kaggle_keypoints", f"source.path={real}", f"source.origin={origin:g}")

    def row(name: str, *overrides: str, length: int = epochs) -> Row:
        return Row(name, (*source, f"train.epochs={length}", *overrides))

    transferred = f"train.initial_weights={RENDERED}"
    yield Row("rendered faces, default recipe")
    yield row("heat maps, transferred", transferred)
    for seed in (1, 2):
        yield row(f"heat maps, transferred, seed {seed}", transferred, f"seed={seed}")
    yield row("heat maps")
    yield row("heat maps, transferred, not mirrored", transferred, "augment.horizontal_flip=false")
    yield row("heat maps, not augmented", "augment.copies=0", "augment.online=false")
    slower = "train.optimizer.learning_rate=0.001"  # dense layers diverge at the default
    yield row("cnn", "train.model=keypoint_cnn", slower)
    specialists = ("train.model=keypoint_specialists", "train.options={architecture: keypoint_cnn}")
    yield row("five cnn specialists", *specialists, slower)
    for model in ("resnet", "lenet", "mlp"):
        yield row(model, f"train.model=keypoint_{model}", slower)
    yield row("heat maps, transferred, longer", transferred, length=4 * epochs)


def mean_face_error(records: Iterable[Record]) -> float:
    """The mean pixel error of always saying the mean of these faces."""
    points = np.array([record.labels["keypoints"] for record in records]).reshape(-1, 15, 2)
    distances = np.linalg.norm(points - np.nanmean(points, axis=0), axis=-1)
    return float(np.nanmean(distances))


def measure(workspace: Workspace, row: Row) -> dict[str, Any]:
    """Runs the pipeline from the committed parameters on; returns the metrics and minutes."""
    workspace.run("git", "checkout", "--quiet", "--", "params.yaml")
    begin = time.perf_counter()
    workspace.run("convoy", "run", "keypoints", *row.overrides)
    report = workspace.folder / "reports/keypoints/metrics.json"
    metrics: dict[str, Any] = json.loads(report.read_text())
    return metrics | {"minutes": (time.perf_counter() - begin) / 60}


def describe(row: Row, metrics: Mapping[str, Any]) -> str:
    """A row of a Markdown table."""
    values = (f"{metrics[name]:.3g}" for name in METRICS)
    return f"| {row.name} | {' | '.join(values)} | {metrics['minutes']:.0f} | `{row.command}` |"


def main() -> None:
    """Prints a Markdown table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("faces", type=Path)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--origin", type=float, default=1, help="where the file puts pixel one")
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the runs in")
    options = parser.parse_args()
    faces = options.faces.resolve()
    console = Console(soft_wrap=True, highlight=False)
    rendered = rendered_faces.Source(kind="rendered_faces", path=FACES, count=1_000)
    real = kaggle_keypoints.Source(kind="kaggle_keypoints", path=faces)
    for source in (rendered, real):
        console.print(f"mean face, {source.kind}: {mean_face_error(source.read()):.2f} px")
    console.print(f"| model | {' | '.join(METRICS)} | minutes | command |")
    console.print("|---" * (len(METRICS) + 3) + "|")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(options.folder or Path(folder))
        for row in rows(faces, options.epochs, options.origin):
            line = describe(row, measure(workspace, row))
            console.print(line.replace(str(faces), "FACES.csv"), markup=False)


if __name__ == "__main__":
    main()
