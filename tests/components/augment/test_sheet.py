from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.augment.policy import augment, example_seeds
from components.augment.sheet import sheet_tiles
from pipelines.params import TaskParams, check_block
from pipelines.tasks.classification import TASK, ClassificationParams

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8)
EXAMPLES = [
    {
        "image": tf.constant(pixels),
        "image_path": tf.constant(f"{name}.png"),
        "label": tf.constant(1),
    }
    for name, pixels in zip("ab", PIXELS, strict=True)
]


def make_params(**augment: Any) -> TaskParams:
    block = {
        "task": "classification.py",
        "seed": 3,
        "source": {"kind": "image_folder", "path": "images"},
        "checks": {"classes": ["cat", "dog"], "channels": 3},
        "prepare": {"height": 8, "width": 8, "channels": 3},
        "augment": {"shift": 0.2, "brightness": 0.2, **augment},
        "train": {"model": "transfer", "epochs": 1},
        "evaluate": {},
        "gate": {"thresholds": {"accuracy": {"min": 0.5}}},
    }
    return check_block("pets", block, ClassificationParams)


def test_an_image_is_followed_by_the_copies_that_the_stage_writes() -> None:
    params = make_params(copies=2)
    tiles = list(sheet_tiles(TASK, params, EXAMPLES))
    assert [text for _, text in tiles] == ["a.png", "copy 1", "copy 2", "b.png", "copy 1", "copy 2"]
    np.testing.assert_array_equal(tiles[3][0], PIXELS[1])
    seeds = example_seeds(tf.constant(["b.png"]), 2, seed=3)
    written, _ = augment(PIXELS[1:], {}, seeds, params.augment, TASK.warp_labels)
    np.testing.assert_array_equal(tiles[5][0], written[0])


@pytest.mark.parametrize(
    ("augment", "copies"), [({"copies": 9}, 5), ({"online": True}, 5), ({"copies": 0}, 0)]
)
def test_no_more_copies_than_fit_a_row_and_some_where_training_makes_them(
    augment: dict[str, Any], copies: int
) -> None:
    tiles = [
        np.asarray(tile) for tile, _ in sheet_tiles(TASK, make_params(**augment), EXAMPLES[:1])
    ]
    assert len(tiles) == 1 + copies
    assert len({tile.tobytes() for tile in tiles}) == len(tiles)
