"""Mean pixel error of every keypoint network on real faces in Kaggle's layout.

    python -m benchmarks.keypoints /path/to/training.csv --epochs 30

First the default recipe is trained on rendered faces and registered as version 1. Then each row
is `convoy run keypoints` on the real faces, in the same copy of the project, with the overrides
shown; transferred rows start from that version. The split is the pipeline's own, 80/10/10, the
same for all rows but those of other seeds, which split the faces anew. Rows are printed as they
finish.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.rows import Report, Row
from benchmarks.workspace import Workspace
from components.core.table import Record
from components.ingest.sources import kaggle_keypoints, rendered_faces

TASK = "keypoints"
FACES = Path("components/ingest/sources/faces")
RENDERED = "models:/keypoints/1"
METRICS = ("mean_pixel_error", "tta_mean_pixel_error", "rmse", "i2dl_score", "nme_eyes")


def rows(real: Path, epochs: int, origin: float) -> Iterator[Row]:
    """The rows of the table."""
    source = ("source.kind=kaggle_keypoints", f"source.path={real}", f"source.origin={origin:g}")

    def row(name: str, *overrides: str, length: int = epochs) -> Row:
        return Row(name, TASK, (*source, f"train.epochs={length}", *overrides))

    transferred = f"train.initial_weights={RENDERED}"
    yield Row("rendered faces, default recipe", TASK)
    yield row("heat maps, transferred", transferred)
    for seed in (1, 2):
        seeds = (f"seed={seed}", f"source.split_seed={seed}")
        yield row(f"heat maps, transferred, seed {seed}", transferred, *seeds)
    yield row("heat maps")
    yield row("heat maps, transferred, not mirrored", transferred, "augment.horizontal_flip=false")
    yield row("heat maps, not augmented", "augment.copies=0", "augment.online=false")
    # dense layers diverge at the default
    slower = ("train.optimizer.name=adamw", "train.optimizer.learning_rate=0.001")
    for model in ("cnn", "resnet", "lenet", "mlp"):
        yield row(model, f"train.model=keypoint_{model}", *slower)
    narrow = "train.options={options: {width: 20}}"  # about as many parameters as the single one
    yield row("five heat-map specialists", "train.model=keypoint_specialists", narrow)
    yield row("heat maps, transferred, longer", transferred, length=4 * epochs)


def mean_face_error(records: Iterable[Record]) -> float:
    """The mean pixel error of always saying the mean of these faces."""
    points = np.array([record.labels["keypoints"] for record in records]).reshape(-1, 15, 2)
    distances = np.linalg.norm(points - np.nanmean(points, axis=0), axis=-1)
    return float(np.nanmean(distances))


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
    with tempfile.TemporaryDirectory() as folder:
        report = Report(Workspace(options.folder or Path(folder)), METRICS, faces)
        report.run(rows(faces, options.epochs, options.origin), console)


if __name__ == "__main__":
    main()
