"""What a part reads of the parameters, and what parts do unless a task says otherwise."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError

from components.core.block import Block
from components.core.errors import ConvoyError
from components.core.parts import Augmentation, Part, View
from tests.tables import LABELS, ToyLabels, image_sample


class Size(Block):
    height: int
    width: int = 7


class Seeds(Block):
    start: int = 0


class Reader(Part):
    prepare: Size
    augment: Seeds
    seed: int = 3


class ToyView(View):
    def columns(self, classes: object) -> None:  # type: ignore[override]
        raise NotImplementedError

    def rows(self, prediction: object, classes: object) -> list:  # type: ignore[override]
        raise NotImplementedError

    def draw(self, picture: Image.Image, prediction: object, classes: object) -> Image.Image:
        return picture


def test_the_blocks_of_a_part_are_its_fields_of_that_kind() -> None:
    assert Reader.blocks() == {"prepare": Size, "augment": Seeds}
    assert ToyLabels.blocks() == {}


def test_of_each_block_a_part_takes_the_keys_that_it_knows() -> None:
    params = {
        "name": "toy",
        "prepare": {"height": 5, "beam_args": ["--x"]},
        "augment": {"copies": 9},
        "seed": 4,
        "train": {"epochs": 1},
    }
    part = Reader.model_validate(params)
    assert (part.prepare, part.augment, part.seed) == (Size(height=5), Seeds(), 4)


def test_a_key_that_a_part_needs_is_missed() -> None:
    with pytest.raises(ValidationError, match=r"prepare\.height"):
        Reader.model_validate({"name": "toy", "prepare": {"width": 1}, "augment": {}})


def test_parts_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        LABELS.name = "other"  # type: ignore[misc]


def test_where_a_sample_came_from_is_named_after_its_column() -> None:
    assert image_sample().path_column == "image_path"


def test_labels_unless_told_otherwise() -> None:
    rows = pd.DataFrame({"label": ["a"]})
    assert LABELS.optional() == frozenset()
    assert LABELS.stratum({"label": "a"}) == ""
    pd.testing.assert_frame_equal(LABELS.derive(rows), rows)


def test_augmentation_changes_nothing_unless_told_otherwise() -> None:
    batch = {"image": np.zeros((2, 4, 4, 1), np.uint8), "label": np.array([1, 2])}
    assert Augmentation(name="toy")(batch, np.zeros((2, 2), np.int32)) == batch  # type: ignore[arg-type]


def test_a_view_without_tiles_says_so() -> None:
    view = ToyView(name="toy")
    assert view.artifacts({}, ()) == {}
    with pytest.raises(ConvoyError, match="tasks.toy: cannot be predicted in tiles"):
        view.predict_in_tiles(lambda samples: {}, b"", 64)
