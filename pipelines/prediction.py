"""Predicts with a registered model for image files of any size."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError
from rich.console import Console
from rich.table import Table

from pipelines.errors import ConvoyError
from pipelines.project import load_task

BATCH_SIZE = 64
TABLE_FILE = "predictions.csv"


def predict_files(name: str, files: Sequence[Path], out: Path, model: str) -> None:
    """Writes one row and one picture for each image file.

    Args:
        name: The task's name.
        files: PNG, JPEG, GIF or BMP files of any size.
        out: Folder for `predictions.csv` and a PNG an image.
        model: Alias or version of the registered model.

    Raises:
        ConvoyError: When a file is absent or no image, or there is no such model. All files
            are checked before the first prediction.
    """
    for file in files:
        check_image(file)
    from components.register.registry import Registry
    from components.register.served_model import ServedModel

    task, _ = load_task(name)
    served = ServedModel.load(Registry(name).download(model))
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for batch in _batches(files):
        outputs = served.predict([file.read_bytes() for file in batch])
        for at, file in enumerate(batch):
            prediction = {key: values[at] for key, values in outputs.items()}
            rows.append({"image": str(file), **task.describe(prediction, served.classes)})
            with Image.open(file) as image:
                picture = task.draw(image.convert("RGB"), prediction, served.classes)
            picture.save(out / f"{file.stem}.png")
    _write_table(out / TABLE_FILE, rows)
    Console().print(_summary(rows[:20]), f"{len(rows)} predictions in {out / TABLE_FILE}")


def check_image(file: Path) -> None:
    """Decodes an image once.

    Raises:
        ConvoyError: Naming the file and what is wrong with it.
    """
    try:
        with Image.open(file) as image:
            image.load()
    except FileNotFoundError:
        raise ConvoyError(f"{file}: not found") from None
    except UnidentifiedImageError:
        raise ConvoyError(f"{file}: not an image") from None
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be decoded: {error}") from None


def _batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    remaining = iter(files)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield batch


def _write_table(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _summary(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    return table
