"""Formats, modes and broken files, against Pillow."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from components.core.images import TooManyPixelsError, inspect_image, open_image
from tests.bombs import LARGE, large_png

MODES = {"1": 1, "L": 1, "LA": 1, "I;16": 1, "P": 3, "RGB": 3, "RGBA": 3}


def picture(mode: str = "RGB", size: tuple[int, int] = (7, 5)) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    if mode == "I;16":
        return Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    return Image.fromarray(pixels).convert(mode)


def encode(image: Image.Image, form: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form)
    return buffer.getvalue()


def decode(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_png_and_jpeg_are_kept_byte_for_byte(form: str) -> None:
    data = encode(picture(), form)
    inspected = inspect_image(data)
    assert inspected.image == data
    assert (inspected.width, inspected.height, inspected.channels) == (7, 5, 3)
    assert inspected.decode_error is None


@pytest.mark.parametrize("form", ["BMP", "TIFF", "PPM", "GIF"])
def test_other_formats_become_png_with_the_same_pixels(form: str) -> None:
    data = encode(picture(), form)
    inspected = inspect_image(data)
    assert decode(inspected.image).format == "PNG"
    expected = np.asarray(decode(data).convert("RGB"))
    np.testing.assert_array_equal(np.asarray(decode(inspected.image).convert("RGB")), expected)


@pytest.mark.parametrize("form", ["PNG", "PPM", "TIFF", "JPEG2000"])
def test_of_16_bits_the_upper_8_are_stored(form: str) -> None:
    inspected = inspect_image(encode(picture("I;16"), form))
    assert inspected.channels == 1
    stored = decode(inspected.image)
    assert (stored.format, stored.mode) == ("PNG", "L")
    np.testing.assert_array_equal(np.asarray(stored), np.asarray(picture("I;16")) >> 8)


@pytest.mark.parametrize(("mode", "channels"), MODES.items())
def test_channels_of_png_modes(mode: str, channels: int) -> None:
    assert inspect_image(encode(picture(mode), "PNG")).channels == channels


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_print_colours_are_three_channels(form: str) -> None:
    inspected = inspect_image(encode(picture("CMYK"), form))
    assert (inspected.channels, inspected.decode_error) == (3, None)


def test_first_frame_of_an_animation() -> None:
    buffer = io.BytesIO()
    frames = [Image.new("L", (4, 4), value) for value in (10, 200)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    assert np.asarray(decode(inspect_image(buffer.getvalue()).image).convert("L")).max() == 10


@pytest.mark.parametrize("mode", MODES)
def test_an_image_of_one_value_has_no_range(mode: str) -> None:
    assert inspect_image(encode(Image.new(mode, (7, 5), 1), "PNG")).value_range == 0


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        ([[3, 9], [5, 5]], 6),
        ([[[0, 90, 7], [0, 90, 7]], [[0, 20, 7], [0, 90, 9]]], 70),
        ([[[4, 4, 4, 0], [4, 4, 4, 255]]], 0),  # alpha shows no picture
    ],
)
def test_the_range_is_that_of_the_channel_that_varies_most(pixels: list, expected: int) -> None:
    data = encode(Image.fromarray(np.array(pixels, np.uint8)), "PNG")
    assert inspect_image(data).value_range == expected


def test_the_range_is_that_of_what_the_model_is_given() -> None:
    values = np.array([[300, 40_000]], np.uint16)
    assert inspect_image(encode(Image.fromarray(values), "PNG")).value_range == 155
    values = np.array([[40_000, 40_100]], np.uint16)  # different ones, which 8 bits are too few for
    assert inspect_image(encode(Image.fromarray(values), "PNG")).value_range == 0


def test_the_range_of_a_palette_is_that_of_its_colours() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([7, 7, 7, 7, 7, 7, 7, 7, 10])
    image.putpixel((0, 0), 1)  # another entry of the same colour
    assert inspect_image(encode(image, "PNG")).value_range == 0
    image.putpixel((0, 0), 2)
    assert inspect_image(encode(image, "PNG")).value_range == 3


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def cut_end(data: bytes) -> bytes:
    return data[:-1]


def cut_last_chunk(data: bytes) -> bytes:
    return data[:-12]


def flip_checksum(data: bytes) -> bytes:
    at = data.index(b"IEND") - 6  # in the checksum of the last chunk of pixels
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def flip(data: bytes) -> bytes:
    at = data.index(b"IDAT") + 10
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("form", "damage"),
    [
        ("PNG", cut),
        ("PNG", cut_end),
        ("PNG", cut_last_chunk),
        ("PNG", flip),
        ("PNG", flip_checksum),
        ("JPEG", cut),
        ("JPEG", cut_end),
        ("TIFF", cut),
    ],
)
def test_a_broken_file_is_kept_and_explained(form: str, damage: Callable[[bytes], bytes]) -> None:
    data = damage(encode(picture(size=(64, 64)), form))
    inspected = inspect_image(data)
    assert inspected.image == data
    assert inspected.decode_error
    assert (inspected.width, inspected.height, inspected.channels) == (None, None, None)


@pytest.mark.parametrize("data", [b"", b"not an image", b"\x89PNG\r\n\x1a\n"])
def test_no_image_at_all(data: bytes) -> None:
    assert inspect_image(data) == inspect_image(data), "the message holds no address"
    assert inspect_image(data).decode_error == "not an image of a known format"


def test_numbers_without_a_white_are_named() -> None:
    data = encode(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF")
    assert inspect_image(data).decode_error == (
        "holds numbers of mode F; `pixels.white` must say which value is white"
    )
    assert inspect_image(data, white=1.0).brightness == 1


@pytest.mark.parametrize("form", LARGE)
def test_too_many_pixels_are_not_decoded(form: str) -> None:
    data = LARGE[form]()
    inspected = inspect_image(data)
    assert inspected.decode_error == "has more than 89,478,485 pixels"
    assert inspected.image == data


def test_the_bound_is_in_pixels() -> None:
    data = encode(picture(size=(10, 12)), "PNG")
    assert inspect_image(data, max_pixels=120).decode_error is None
    assert inspect_image(data, max_pixels=119).decode_error == "has more than 119 pixels"


def test_the_header_alone_is_read() -> None:
    with open_image(large_png(9_000, 9_000)) as image:
        assert image.size == (9_000, 9_000)
    with pytest.raises(TooManyPixelsError):
        open_image(large_png(9_500, 9_500))


def test_a_format_whose_reader_runs_programs_is_unknown() -> None:
    data = encode(picture("RGB"), "EPS")
    assert inspect_image(data).decode_error == "not an image of a known format"
