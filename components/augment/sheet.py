"""A picture of training examples beside their changed copies."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import tensorflow_transform as tft
from PIL import Image

from components.augment.component import TRAIN, copy_examples
from components.augment.params import AugmentParams
from components.core.captions import Caption, save_picture
from components.core.examples import Example, parse_example
from components.core.parts import Sample
from components.core.pictures import TILE, Tile, contact_sheet
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
    output = tft.TFTransformOutput(str(transform))
    types = output.transformed_feature_spec()
    originals = (
        parse_example(record, types, spec.sample, spec.features)
        for record in read_records(files).take(ORIGINALS)
    )
    width = 1 + _shown(spec)
    tiles = list(sheet_tiles(spec, originals, output))
    side = max(TILE, spec.sample.legible)
    sheet = contact_sheet(tiles, width * max(1, COLUMNS * TILE // (side * width)), side)
    save_picture(sheet, file, _describe(width - 1))


def sheet_tiles(
    spec: Spec, originals: Iterable[Example], transform: tft.TFTransformOutput
) -> Iterator[Tile]:
    """Yields a picture of each example and of its copies, with their features drawn onto them.

    A copy depends on nothing but its example, its number and the parameters, so these are the
    copies that the stage writes; where training augments, they are like those it makes.

    Args:
        spec: What the stage is made of.
        originals: Examples as `parse_example` gives them.
        transform: Output of TensorFlow Transform, by which features are put into words.
    """
    sample = spec.sample.knowing(spec.sample.vocabulary(transform))
    for example in originals:
        yield _draw(spec, sample, example), _caption(spec, example, transform)
        batch = {name: value[None] for name, value in example.items()}
        for number in range(1, _shown(spec) + 1):
            copies = copy_examples(spec, batch, number)
            copy = {name: value[0] for name, value in copies.items()}
            yield _draw(spec, sample, copy), f"copy {number}"


def _shown(spec: Spec) -> int:
    params = spec.block("augment", AugmentParams)
    return COPIES_SHOWN if params.online else min(params.copies, COPIES_SHOWN)


def _draw(spec: Spec, sample: Sample, example: Example) -> Image.Image:
    arrays = {name: value.numpy() for name, value in example.items()}
    return spec.features.draw(sample.picture(arrays[sample.column]), arrays)


def _caption(spec: Spec, example: Example, transform: tft.TFTransformOutput) -> str:
    """Where an example came from, below what is to be learnt of it."""
    arrays = {name: value.numpy() for name, value in example.items()}
    words = spec.features.caption(arrays, transform)
    path = example[spec.sample.path_column].numpy().decode()
    return f"{words}\n{path}" if words else path


def _describe(copies: int) -> Caption:
    beside = f"each before {copies} changed at random" if copies else "unchanged"
    return Caption(
        "Training examples and their copies",
        f"The first training examples, {beside}, with what is learnt from them.",
        f"{ORIGINALS} training examples, {beside}.",
    )
