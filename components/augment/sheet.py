"""A picture of training images beside their augmented copies."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tensorflow_transform as tft
from PIL import Image

from components.augment.component import TRAIN
from components.augment.policy import augment, example_seeds
from components.core.pictures import Tile, contact_sheet
from components.train.input import Example, read_examples
from pipelines.params import TaskParams
from pipelines.tasks.base import Task

ORIGINALS = 6
COPIES_SHOWN = 5
COLUMNS = 6


def draw_sheet(task: Task, params: TaskParams, examples: Path, transform: Path, file: Path) -> None:
    """Draws the first training images, each followed by copies.

    Args:
        task: The task, which draws the labels onto the images.
        params: The task's parameters.
        examples: Folder of the transformed examples, by split.
        transform: Folder of TensorFlow Transform's output.
        file: PNG to write.
    """
    files = [f"{examples}/Split-{TRAIN}/*.gz"]
    originals = read_examples(files, tft.TFTransformOutput(str(transform)), task, params)
    width = 1 + _shown(params)
    tiles = list(sheet_tiles(task, params, originals.take(ORIGINALS)))
    contact_sheet(tiles, columns=width * (COLUMNS // width)).save(file)


def sheet_tiles(task: Task, params: TaskParams, originals: Iterable[Example]) -> Iterator[Tile]:
    """Yields each image and its copies, with their labels drawn onto them.

    A copy depends on nothing but its image, its number and the parameters, so these are the
    copies that the stage writes; where training augments, they are like those it makes.

    Args:
        task: The task, which moves and draws the labels.
        params: The task's parameters.
        originals: Examples as `parse_example` gives them.
    """
    for example in originals:
        yield _draw(task, example), example["image_path"].numpy().decode()
        for number in range(1, _shown(params) + 1):
            yield _draw(task, _copy(task, params, example, number)), f"copy {number}"


def _shown(params: TaskParams) -> int:
    copies = COPIES_SHOWN if params.augment.online else params.augment.copies
    return min(copies, COPIES_SHOWN)


def _copy(task: Task, params: TaskParams, example: Example, number: int) -> Example:
    batch = {name: value[None] for name, value in example.items()}
    seeds = example_seeds(batch["image_path"], number, params.seed)
    image, labels = augment(batch.pop("image"), batch, seeds, params.augment, task.warp_labels)
    return {name: value[0] for name, value in {"image": image, **labels}.items()}


def _draw(task: Task, example: Mapping[str, Any]) -> Image.Image:
    arrays = {name: value.numpy() for name, value in example.items()}
    pixels = arrays["image"]
    grey = pixels.shape[-1] == 1
    return task.draw_labels(Image.fromarray(pixels[..., 0] if grey else pixels), arrays)
