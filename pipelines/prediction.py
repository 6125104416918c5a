"""Predicts with a registered model for image files of any size.

Images are taken as their pixels are stored: an orientation that EXIF asks for is ignored by
the model, which never saw it in training, and in the pictures alike.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from rich.console import Console
from rich.table import Table

from components.core.errors import ConvoyError
from components.core.images import inspect_image
from pipelines.project import load_task
from pipelines.tasks.base import Task

if TYPE_CHECKING:  # TensorFlow takes seconds to load, which a wrong file name need not wait for
    import numpy as np

    from components.core.served_model import ServedModel

TABLE_FILE = "predictions.csv"
OVERLAP = 0.25
"""The least share of a tile's side that its neighbour covers, too."""

Prediction = Mapping[str, "np.ndarray"]
"""What the model says of one image."""


def predict_files(
    name: str, files: Sequence[Path], out: Path, model: str, tile: int | None = None
) -> None:
    """Writes a row and pictures for each image file.

    Args:
        name: The task's name.
        files: Image files of any size.
        out: Folder for `predictions.csv` and the pictures, as `write_predictions` names them.
        model: Alias or version of the registered model.
        tile: Side in pixels of the tiles that larger images are cut into; None for no tiles.

    Raises:
        ConvoyError: When a file is absent or no image, or there is no such model, or the
            task cannot be predicted in tiles. All files are checked before the first
            prediction.
    """
    for file in files:
        read_file(file)
    from components.core.served_model import ServedModel
    from components.register.registry import Registry

    task, _ = load_task(name)
    served = ServedModel.load(Registry(name).download(model))
    rows = write_predictions(task, served, files, out, tile)
    Console().print(_summary(rows[:20]), f"{len(rows)} predictions in {out / TABLE_FILE}")


def read_file(file: Path) -> bytes:
    """Reads an image as ingest takes it: PNG and JPEG as they are, other formats as PNG.

    Raises:
        ConvoyError: Naming the file and what is wrong with it.
    """
    try:
        inspected = inspect_image(file.read_bytes())
    except OSError as error:
        reason = "not found" if isinstance(error, FileNotFoundError) else error.strerror
        raise ConvoyError(f"{file}: {reason}") from None
    if inspected.decode_error:
        raise ConvoyError(f"{file}: cannot be decoded: {inspected.decode_error}")
    return inspected.image


def write_predictions(
    task: Task, served: ServedModel, files: Sequence[Path], out: Path, tile: int | None = None
) -> list[dict[str, Any]]:
    """Predicts image by image.

    The picture of `<stem>.jpg` is `<stem>.png`, further ones are `<stem>-<name>.png`. Of files
    with equal stems the second's are `<stem>-2.png` and `<stem>-2-<name>.png`, and so on in
    the order of the files, which is also that of the table.

    Args:
        task: The task.
        served: The model.
        files: Image files, one at least.
        out: Folder for `predictions.csv` and the pictures.
        tile: As for `predict_files`.

    Returns:
        The rows of the table.
    """
    from components.core.pictures import read_image

    out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    taken: set[Path] = set()
    for file in files:
        encoded = read_file(file)
        prediction = predict_image(task, served, encoded, tile)
        rows.append({"image": str(file), **task.describe(prediction, served.classes)})
        drawn = task.draw(read_image(encoded), prediction, served.classes)
        further = task.artifacts(prediction, served.classes)
        pictures = {"": drawn, **{f"-{name}": picture for name, picture in further.items()}}
        _save(pictures, out / file.stem, taken)
    _write_table(out / TABLE_FILE, rows)
    return rows


def predict_image(
    task: Task, served: ServedModel, encoded: bytes, tile: int | None = None
) -> Prediction:
    """Predicts one image; one that is larger than a tile tile by tile.

    Args:
        task: The task.
        served: The model.
        encoded: PNG or JPEG.
        tile: Side of the tiles in pixels; None for no tiles.

    Raises:
        ConvoyError: When the image is larger and the task cannot put tiles together.
    """
    if tile is None:
        return _predict(served, encoded)
    import tensorflow as tf

    from components.evaluate.tiling import cut

    pixels = tf.io.decode_image(encoded, expand_animations=False).numpy()
    height, width = pixels.shape[:2]
    windows = cut(width, height, tile, int(OVERLAP * tile))
    if len(windows) == 1:
        return _predict(served, encoded)
    tiles = (tf.io.encode_png(pixels[window.tile]).numpy() for window in windows)
    return task.stitch((_predict(served, each) for each in tiles), windows, (width, height))


def _predict(served: ServedModel, encoded: bytes) -> Prediction:
    """One image at a time: the memory that a network takes grows with the batch."""
    return {name: values[0] for name, values in served.predict([encoded]).items()}


def _save(pictures: Mapping[str, Image.Image], stem: Path, taken: set[Path]) -> None:
    """Saves pictures as the stem and a suffix each, numbered where one of the files is taken."""
    for number in count(1):
        start = stem if number == 1 else f"{stem}-{number}"
        files = [Path(f"{start}{suffix}.png") for suffix in pictures]
        if taken.isdisjoint(files):
            break
    for file, picture in zip(files, pictures.values(), strict=True):
        picture.save(file)
    taken.update(files)


def _write_table(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _summary(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(*rows[0])
    for row in rows:
        name, *values = row.values()
        table.add_row(Path(name).name, *map(str, values))  # whole paths are in the CSV file
    return table
