"""The digits, against scikit-learn's own."""

import io

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from components.core.table import Record
from components.ingest.sources.sklearn_digits import Source, render_digit


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return list(Source(kind="sklearn_digits", path="any").read())


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_all_digits_in_order(records: list[Record]) -> None:
    assert len(records) == 1797
    assert [record.path for record in records[:2]] == ["digits/0000.png", "digits/0001.png"]
    assert [int(record.labels["label"]) for record in records] == load_digits().target.tolist()
    assert {record.split for record in records} == {None}


def test_laid_out_like_mnist(records: list[Record]) -> None:
    for record in records[:50]:
        image = pixels(record.sample)
        assert (image.shape, image.dtype) == ((28, 28), np.uint8)
        frame = image.copy()
        frame[4:24, 4:24] = 0
        assert not frame.any()


def test_the_digit_is_the_enlarged_original(records: list[Record]) -> None:
    for record, values in zip(records[:50], load_digits().images, strict=False):
        digit = Image.fromarray(pixels(record.sample)[4:24, 4:24])
        small = np.asarray(digit.resize((8, 8), Image.Resampling.BOX), float) * 16 / 255
        assert np.corrcoef(small.ravel(), values.ravel())[0, 1] > 0.97


@pytest.mark.parametrize(("value", "grey"), [(0, 0), (8, 128), (16, 255)])
def test_brightness_fills_8_bits(value: int, grey: int) -> None:
    image = pixels(render_digit(np.full((8, 8), float(value))))
    assert set(np.unique(image[4:24, 4:24])) == {grey}
