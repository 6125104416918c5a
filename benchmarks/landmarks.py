"""Mean pixel error on few real faces, fold by fold, transferred from rendered ones.

    python -m benchmarks.landmarks FACES.csv --more FOLDER

`FACES.csv` is in Kaggle's layout; `FOLDER` has faces with a `.pts` file each, which are learnt from
as well and never tested. First the default recipe is trained on rendered faces and registered as
version 1. Each fold of the real faces is tested once by networks that start from it (`recipe=few`)
and learn from the other folds, of which convoy takes a ninth for validation. Faces that look nearly
the same are of one group, which no fold and no split divides. The last lines give the means over
the folds and their 95% intervals.
"""

import argparse
import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

from benchmarks.folds import describe, group_alike, split
from benchmarks.keypoints import METRICS, TASK
from benchmarks.rows import Report, Row
from benchmarks.workspace import Workspace
from components.core.facial_points import COLUMNS
from components.core.table import Record
from components.ingest.assigned import ASSIGNED
from components.ingest.sources import kaggle_keypoints, pts_landmarks
from components.ingest.sources.kaggle_keypoints import IMAGE

ALIKE = 0.95
"""Correlation of the grey values of two faces, above which they mostly are of one photo."""
REDUCED = (24, 24)
MARGIN = 0.12
"""Room around the landmarks that makes the other faces as large as LFPW's are."""


def main() -> None:
    """Prints a Markdown table, row by row, and the means over the folds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("faces", type=Path)
    parser.add_argument("--more", type=Path, help="faces with .pts files, to learn from as well")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--origin", type=float, default=1, help="where the file puts pixel one")
    options, overrides = parser.parse_known_args()  # such as train.epochs=30
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as scratch:
        folder, project = Path(scratch, "faces"), Path(scratch, "project")
        folder.mkdir()
        project.mkdir()
        tables = write_folds(options.faces, options.more, options.origin, options.folds, folder)
        report = Report(Workspace(project), METRICS, folder)
        report.run([Row("rendered faces", TASK)], console)
        measured = report.run(rows(tables, overrides), console)
    for metric in METRICS[:2]:
        console.print(f"{metric}: {describe([each[metric] for each in measured])}")


def rows(tables: Sequence[Path], overrides: Sequence[str]) -> Iterator[Row]:
    """A run a fold."""
    for number, table in enumerate(tables):
        words = ("recipe=few", f"source.path={table}", f"seed={number}", *overrides)
        yield Row(f"fold {number}", TASK, words)


def write_folds(
    faces: Path, more: Path | None, origin: float, folds: int, folder: Path
) -> list[Path]:
    """Writes a CSV a fold in Kaggle's layout with the columns split and group.

    Args:
        faces: Those that are tested in turn.
        more: A folder of others, which are always learnt from.
        origin: What `faces` calls the centre of the first pixel; the CSVs call it 0.
        folds: How many.
        folder: Where they are written.
    """
    source = kaggle_keypoints.Source(kind="kaggle_keypoints", path=faces.resolve(), origin=origin)
    own = list(source.read())
    others = [] if more is None else list(read_more(more.resolve()))
    pixels = np.stack([read_pixels(record, REDUCED).ravel() for record in own])
    groups = group_alike(pixels.astype(float), ALIKE)
    tables = []
    for number, (_, test) in enumerate(split(np.zeros(len(own)), groups, folds)):
        splits = ["test" if at in test else "train" for at in range(len(own))]
        assigned = [*zip(splits, groups, strict=True), *[("train", "")] * len(others)]
        tables.append(folder / f"fold{number}.csv")
        write_faces(tables[-1], [*own, *others], assigned)
    return tables


def read_more(folder: Path) -> Iterator[Record]:
    """The faces of a folder of `.pts` files."""
    return pts_landmarks.Source(kind="pts_landmarks", path=folder, margin=MARGIN).read()


def write_faces(file: Path, faces: Iterable[Record], assigned: Iterable[Sequence[object]]) -> None:
    """Writes a CSV in Kaggle's layout, with the split and the group of each face."""
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow((*COLUMNS, IMAGE, *ASSIGNED))
        for face, words in zip(faces, assigned, strict=True):
            points = ["" if np.isnan(each) else each for each in face.labels["keypoints"]]
            writer.writerow((*points, " ".join(map(str, read_pixels(face).ravel())), *words))


def read_pixels(face: Record, size: tuple[int, int] | None = None) -> np.ndarray:
    """The grey values of a face, uint8 `[height, width]`, reduced where a size is given."""
    with Image.open(BytesIO(face.sample)) as image:
        return np.asarray(image.convert("L").resize(size or image.size, Image.Resampling.BOX))


if __name__ == "__main__":
    main()
