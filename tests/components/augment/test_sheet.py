from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.augment.seeds import example_seeds
from components.augment.sheet import draw_sheet, sheet_tiles
from components.core.task import Spec
from pipelines.tasks.classification import TASK
from tests.specs import make_spec
from tests.transformed import random_images, transform_output, write_examples

PIXELS = random_images(2, 8, 8, 3)
EXAMPLES = [
    {
        "image": tf.constant(pixels),
        "image_path": tf.constant(f"{name}.png"),
        "label": tf.constant(1),
    }
    for name, pixels in zip("ab", PIXELS, strict=True)
]


class Vocabulary:
    """TensorFlow Transform's output, of which only the names of the classes are asked for."""

    def vocabulary_by_name(self, name: str) -> list[bytes]:
        return {"classes": [b"cat", b"dog"]}[name]


VOCABULARY: Any = Vocabulary()


def spec_of(**augment: Any) -> Spec:
    return make_spec(
        TASK,
        "pets",
        seed=3,
        checks={"classes": ["cat", "dog"], "channels": 3},
        prepare={"height": 8, "width": 8, "channels": 3},
        augment={"shift": 0.2, "brightness": 0.2, **augment},
    )


def test_a_sample_is_followed_by_the_copies_that_the_stage_writes() -> None:
    spec = spec_of(copies=2)
    tiles = list(sheet_tiles(spec, EXAMPLES, VOCABULARY))
    copies = ["copy 1", "copy 2"]
    assert [text for _, text in tiles] == ["dog\na.png", *copies, "dog\nb.png", *copies]
    np.testing.assert_array_equal(tiles[3][0], PIXELS[1])
    seeds = example_seeds(tf.constant(["b.png"]), 2, seed=3)
    written = spec.augmentation({"image": tf.constant(PIXELS[1:])}, seeds)["image"]
    np.testing.assert_array_equal(tiles[5][0], written[0])


@pytest.mark.parametrize(
    ("augment", "copies"), [({"copies": 9}, 5), ({"online": True}, 5), ({"copies": 0}, 0)]
)
def test_no_more_copies_than_fit_a_row_and_some_where_training_makes_them(
    augment: dict[str, Any], copies: int
) -> None:
    tiles = [
        np.asarray(tile) for tile, _ in sheet_tiles(spec_of(**augment), EXAMPLES[:1], VOCABULARY)
    ]
    assert len(tiles) == 1 + copies
    assert len({tile.tobytes() for tile in tiles}) == len(tiles)


def test_the_sheet_shows_the_first_examples(tmp_path: Path) -> None:
    write_examples(tmp_path / "Split-train" / "0.gz", random_images(8, 8, 8, 3), [0] * 8)
    vocabulary = tmp_path / "transform_fn/assets/classes"
    vocabulary.parent.mkdir(parents=True)
    vocabulary.write_text("cat\ndog\n")
    sizes = []
    for copies in (0, 2):
        spec = spec_of(copies=copies)
        draw_sheet(spec, tmp_path, transform_output(tmp_path), tmp_path / "sheet.png")
        with Image.open(tmp_path / "sheet.png") as sheet:
            sizes.append(sheet.size)
    (width, height), both = sizes
    assert both[0] == width
    assert both[1] > 2 * height  # six examples a row of six; with two copies each, two a row
