"""Orientations against pixels that were turned by numpy."""

import io

import numpy as np
import pytest
from PIL import Image

from components.core.images import find_size, inspect_image, is_kept
from components.core.orientation import read_orientation
from tests.turned import STORED, encode_turned, exif_of

SHOWN = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
LOSSLESS = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}}


def stored_pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(inspect_image(data).image)))


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("form", LOSSLESS)
def test_what_is_stored_is_the_picture_as_it_is_shown(form: str, orientation: int) -> None:
    data = encode_turned(SHOWN, orientation, form, **LOSSLESS[form])
    np.testing.assert_array_equal(stored_pixels(data), SHOWN)
    inspected = inspect_image(data)
    assert (inspected.width, inspected.height) == find_size(data) == (7, 5)
    assert inspect_image(inspected.image) == inspected, "what is stored is not turned again"


@pytest.mark.parametrize("orientation", STORED)
def test_jpeg_is_turned_once_decoded(orientation: int) -> None:
    data = encode_turned(SHOWN, orientation, "JPEG")
    upright = STORED[orientation](np.arange(35).reshape(5, 7))
    turned_back = np.argsort(upright.ravel())
    raw = np.asarray(Image.open(io.BytesIO(data))).reshape(35, 3)[turned_back].reshape(5, 7, 3)
    np.testing.assert_array_equal(stored_pixels(data), raw)
    assert is_kept(data) == (inspect_image(data).image == data) == (orientation == 1)
    assert find_size(data) == (7, 5)


@pytest.mark.parametrize("orientation", [0, 9, 77])
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_an_orientation_that_there_is_not_counts_as_none(form: str, orientation: int) -> None:
    buffer = io.BytesIO()
    Image.fromarray(SHOWN).save(buffer, form, exif=exif_of(orientation))
    inspected = inspect_image(buffer.getvalue())
    assert inspected.image == buffer.getvalue()
    assert (inspected.width, inspected.height) == (7, 5)


def test_metadata_that_cannot_be_read_count_as_none() -> None:
    buffer = io.BytesIO()
    Image.fromarray(SHOWN).save(buffer, "JPEG", exif=b"Exif\0\0garbage")
    assert inspect_image(buffer.getvalue()).image == buffer.getvalue()


def test_xmp_tells_an_orientation_too() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r tiff:Orientation="6"/></x:xmpmeta>'
    buffer = io.BytesIO()
    Image.fromarray(SHOWN).save(buffer, "JPEG", xmp=xmp)
    with Image.open(buffer) as image:
        assert read_orientation(image) == 6
    assert find_size(buffer.getvalue()) == (5, 7)


def test_png_may_tell_its_orientation_after_its_pixels() -> None:
    data = encode_turned(SHOWN, 8)
    at = data.index(b"eXIf") - 4
    length = int.from_bytes(data[at : at + 4]) + 12
    late = data[:at] + data[at + length : -12] + data[at : at + length] + data[-12:]
    np.testing.assert_array_equal(stored_pixels(late), SHOWN)
    assert not is_kept(late)
    assert find_size(late) == (7, 5)
