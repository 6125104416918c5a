"""A picture of training examples beside their changed copies."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import tensorflow_transform as tft
from PIL import Image

from components.augment.component import TRAIN, copy_examples
from components.augment.params import AugmentParams
from components.core.examples import Example, parse_example
from components.core.pictures import Tile, contact_sheet
from components.core.records import read_records
from components.core.task import Spec

ORIGINALS = 6
COPIES_SHOWN = 5
COLUMNS = 6


def draw_sheet(spec: Spec, examples: Path, transform: Path, file: Path) -> None:
    """Draws the first training examples, each followed by copies.

    Args:
        spec: What the stage is made of.
        examples: Folder of the transformed examples, by split.
        transform: Folder of TensorFlow Transform's output.
        file: PNG to write.
    """
    files = sorted(map(str, (examples / f"Split-{TRAIN}").glob("*.gz")))
    types = tft.TFTransformOutput(str(transform)).transformed_feature_spec()
    originals = (
        parse_example(record, types, spec.sample, spec.features)
        for record in read_records(files).take(ORIGINALS)
    )
    width = 1 + _shown(spec)
    tiles = list(sheet_tiles(spec, originals))
    contact_sheet(tiles, columns=width * (COLUMNS // width)).save(file)


def sheet_tiles(spec: Spec, originals: Iterable[Example]) -> Iterator[Tile]:
    """Yields a picture of each example and of its copies, with their features drawn onto them.

    A copy depends on nothing but its example, its number and the parameters, so these are the
    copies that the stage writes; where training augments, they are like those it makes.

    Args:
        spec: What the stage is made of.
        originals: Examples as `parse_example` gives them.
    """
    for example in originals:
        yield _draw(spec, example), example[spec.sample.path_column].numpy().decode()
        batch = {name: value[None] for name, value in example.items()}
        for number in range(1, _shown(spec) + 1):
            copies = copy_examples(spec, batch, number)
            copy = {name: value[0] for name, value in copies.items()}
            yield _draw(spec, copy), f"copy {number}"


def _shown(spec: Spec) -> int:
    params = spec.block("augment", AugmentParams)
    return COPIES_SHOWN if params.online else min(params.copies, COPIES_SHOWN)


def _draw(spec: Spec, example: Example) -> Image.Image:
    arrays = {name: value.numpy() for name, value in example.items()}
    return spec.features.draw(spec.sample.picture(arrays[spec.sample.column]), arrays)
