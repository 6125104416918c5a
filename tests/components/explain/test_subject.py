from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.explain.subject import (
    as_picture,
    choose_rows,
    open_model,
    take_photo,
    take_samples,
)
from tests.explained import SIDE, picture, rows


def test_rows_are_those_with_the_least_hashes_of_all_shards(photo_spec: Spec, shards: Path) -> None:
    files = sorted((shards / "data/toy").glob("test-*.parquet"))
    chosen = [row["sha256"] for row in choose_rows(files, photo_spec, 10)]
    assert chosen == sorted(str(row["sha256"]) for row in rows(40))[:10]


def test_rows_that_do_not_decode_are_left_out(photo_spec: Spec, tmp_path: Path) -> None:
    table = pd.DataFrame(rows(4))
    table.loc[1, "decode_error"] = "truncated"
    table.to_parquet(tmp_path / "test.parquet", index=False)
    chosen = choose_rows([tmp_path / "test.parquet"], photo_spec, 10)
    assert {row["image_path"] for row in chosen} == {"0.png", "2.png", "3.png"}


def test_a_model_is_wrong_where_its_label_is_another(photo_spec: Spec, exported: Path) -> None:
    """The toy calls a picture bright by its first pixel; every seventh label is wrong."""
    some = rows(40)
    samples = take_samples(photo_spec, ServedModel.load(exported), some)
    assert samples.wrong is not None
    assert samples.wrong.nonzero()[0].tolist() == [0, 7, 14, 21, 28, 35]
    assert samples.groups == [row["label"] for row in some]
    assert samples.pixels.shape == (40, SIDE, SIDE, 1)


def test_a_photo_is_seen_at_the_size_of_the_network(photo_spec: Spec) -> None:
    photo = take_photo(photo_spec.sample, "a.png", picture(0, bright=True))
    assert photo.pixels.shape == (SIDE, SIDE, 1)
    assert photo.seen.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(photo.seen)[..., :1], photo.pixels)


def test_pixels_become_a_picture() -> None:
    pixels = np.array([[[-3.0], [300.0]], [[12.4], [12.6]]])
    assert np.asarray(as_picture(pixels))[..., 2].tolist() == [[0, 255], [12, 13]]
    assert as_picture(np.zeros((2, 5, 3))).size == (5, 2)


def test_only_images_can_be_looked_into(photo_spec: Spec, exported: Path) -> None:
    class Words:
        shape = (None,)

    photo_spec.__dict__["sample"] = Words()
    with pytest.raises(ConvoyError, match="convoy explain: toy takes no images"):
        open_model(photo_spec, exported)


def test_a_model_is_laid_open(photo_spec: Spec, exported: Path) -> None:
    inside = open_model(photo_spec, exported)
    assert inside.model.input_shape == (None, SIDE, SIDE, 1)
    assert isinstance(
        take_photo(photo_spec.sample, "a", picture(1, bright=False)).picture, Image.Image
    )
