"""A picture of training images beside their augmented copies."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft
from PIL import Image

from components.augment.component import COPIES_PREFIX, TRAIN
from components.evaluate.pictures import contact_sheet
from components.train.input import parse_example
from pipelines.params import TaskParams
from pipelines.tasks.base import Task

ORIGINALS = 6
COPIES_SHOWN = 5
COLUMNS = 6


def draw_sheet(task: Task, params: TaskParams, examples: Path, transform: Path, file: Path) -> None:
    """Draws the first training images, each in a row with its copies.

    Args:
        task: The task, which draws the labels onto the images.
        params: The task's parameters.
        examples: Folder of the augmented examples, by split.
        transform: Folder of TensorFlow Transform's output.
        file: PNG to write.
    """
    spec = tft.TFTransformOutput(str(transform)).transformed_feature_spec()
    split = examples / f"Split-{TRAIN}"
    copies = sorted(split.glob(f"{COPIES_PREFIX}*"))
    originals = sorted(set(split.iterdir()) - set(copies))
    channels = params.prepare.channels
    rows: dict[str, list[Image.Image]] = defaultdict(list)
    for example in _read(originals, spec, task, channels, ORIGINALS):
        rows[_path(example)].append(_draw(task, example))
    for example in _read(copies, spec, task, channels):
        row = rows.get(_path(example), [])
        if row and len(row) <= COPIES_SHOWN:
            row.append(_draw(task, example))
    tiles = [
        (tile, f"copy {at}" if at else path)
        for path, row in rows.items()
        for at, tile in enumerate(row)
    ]
    width = 1 + min(params.augment.copies, COPIES_SHOWN)
    contact_sheet(tiles, columns=width * (COLUMNS // width)).save(file)


def _read(
    files: list[Path], spec: dict[str, Any], task: Task, channels: int, count: int = -1
) -> Iterator[dict[str, Any]]:
    records = tf.data.TFRecordDataset([str(file) for file in files], compression_type="GZIP")
    for record in records.take(count):
        example = parse_example(record, spec, task, channels)
        yield {name: value.numpy() for name, value in example.items()}


def _path(example: dict[str, Any]) -> str:
    return example["image_path"].decode()


def _draw(task: Task, example: dict[str, Any]) -> Image.Image:
    pixels = example["image"]
    grey = pixels.shape[-1] == 1
    return task.draw_labels(Image.fromarray(pixels[..., 0] if grey else pixels), example)
