"""What becomes a mask and what stays as it is, against Pillow and numpy."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.core.errors import ConvoyError
from components.core.masks import (
    MaskError,
    decode_indices,
    decode_mask,
    encode_mask,
    index_colours,
    read_mask,
)
from tests.bombs import large_png

INDICES = np.random.default_rng(0).integers(0, 12, (5, 7), np.uint8)
COLOURS = {"sky": (128, 128, 128), "road": (128, 64, 128), "car": (64, 0, 128), "void": (0, 0, 0)}


def encode(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def palette(indices: np.ndarray) -> Image.Image:
    image = Image.fromarray(indices).copy()
    image.putpalette(np.random.default_rng(1).integers(0, 256, 768).tolist())
    assert image.mode == "P"
    return image


def read(image: Image.Image, form: str = "PNG", **options: Any) -> np.ndarray:
    return decode_mask(read_mask(encode(image, form, **options), "a.png"))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32))
def test_what_is_encoded_is_decoded(height: int, width: int, seed: int) -> None:
    indices = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    decoded = decode_mask(encode_mask(indices))
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, indices)


@pytest.mark.parametrize("wrong", [INDICES.astype(np.int64), INDICES[..., None], INDICES > 3])
def test_only_bytes_are_encoded(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"a mask is uint8 \[height, width\]; not "):
        encode_mask(wrong)


def test_one_byte_a_pixel_is_kept_byte_for_byte() -> None:
    data = encode(Image.fromarray(INDICES), compress_level=0)
    assert read_mask(data, "a.png") == data


def test_palette_indices_are_classes() -> None:
    np.testing.assert_array_equal(read(palette(INDICES)), INDICES)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_packed_palette_indices_are_classes(bits: int) -> None:
    indices = INDICES % 2**bits
    np.testing.assert_array_equal(read(palette(indices), bits=bits), indices)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_packed_greys_are_classes(bits: int) -> None:
    indices = np.arange(16, dtype=np.uint8).reshape(2, 8) % 2**bits
    packed = np.packbits(np.unpackbits(indices[..., None], axis=-1)[..., -bits:].reshape(2, -1), 1)
    rows = zlib.compress(b"".join(b"\0" + row.tobytes() for row in packed))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 8, 2, bits, 0, 0, 0, 0)), (b"IDAT", rows)]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in [*chunks, (b"IEND", b"")]
    )
    np.testing.assert_array_equal(decode_mask(read_mask(data, "a.png")), indices)
    np.testing.assert_array_equal(decode_indices(data), indices)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, bool])
def test_values_are_decoded_as_they_are(kind: type, form: str) -> None:
    values = (INDICES.astype(int) * (1_000 if kind is np.uint16 else 1)).astype(kind)
    np.testing.assert_array_equal(decode_indices(encode(Image.fromarray(values), form)), values)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "F"])
def test_colours_and_fractions_are_no_indices(mode: str) -> None:
    data = encode(Image.fromarray(INDICES).convert(mode), "TIFF")
    with pytest.raises(MaskError, match=f"TIFF of mode {mode}; must have one whole number a pixel"):
        decode_indices(data)


def test_bits_are_classes() -> None:
    np.testing.assert_array_equal(read(Image.fromarray(INDICES > 5)), INDICES > 5)


@pytest.mark.parametrize("form", ["BMP", "TIFF"])
def test_other_formats_become_png(form: str) -> None:
    np.testing.assert_array_equal(read(Image.fromarray(INDICES), form), INDICES)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_are_looked_up_whatever_the_mode(mode: str) -> None:
    indices = INDICES % 4
    pixels = np.array(list(COLOURS.values()), np.uint8)[indices]
    image = Image.fromarray(pixels).convert(mode, palette=Image.Palette.ADAPTIVE)
    np.testing.assert_array_equal(decode_mask(read_mask(encode(image), "a.png", COLOURS)), indices)


@given(st.integers(0, 2**32), st.integers(2, 256))
def test_indices_are_positions_in_the_table(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    table = np.unique(generator.integers(0, 256, (count, 3)), axis=0)
    generator.shuffle(table)
    indices = generator.integers(0, len(table), (4, 6))
    colours = {str(at): tuple(colour) for at, colour in enumerate(table.tolist())}
    found = index_colours(table[indices].astype(np.uint8), colours, "a.png")
    np.testing.assert_array_equal(found, indices)


def test_the_first_unknown_colour_is_named() -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[1, 5] = (64, 0, 127)
    pixels[2, 0] = (1, 1, 1)
    with pytest.raises(ConvoyError, match=r"^a\.png: the colour \(64, 0, 127\) of pixel \(5, 1\)"):
        read_mask(encode(Image.fromarray(pixels)), "a.png", COLOURS)


UNREADABLE = {
    "16 bits": (encode(Image.fromarray(INDICES.astype(np.uint16))), "PNG of mode I;16; must be"),
    "colour": (encode(Image.fromarray(INDICES).convert("RGB")), "PNG of mode RGB; must be"),
    "alpha": (encode(Image.fromarray(INDICES).convert("RGBA")), "PNG of mode RGBA; must be"),
    "grey with alpha": (encode(Image.fromarray(INDICES).convert("LA")), "PNG of mode LA; must"),
    "truncated": (encode(Image.fromarray(INDICES))[:60], "OSError"),
    "no image": (b"no image", "not an image of a known format"),
    "empty": (b"", "not an image of a known format"),
}


@pytest.mark.parametrize(("data", "fault"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_holds_no_indices_is_left_to_validation(data: bytes, fault: str) -> None:
    assert read_mask(data, "a.png") == data
    with pytest.raises(MaskError, match=fault):
        decode_mask(data)


@pytest.mark.parametrize("kind", ["16 bits", "truncated", "no image"])
def test_a_table_of_colours_does_not_make_it_readable(kind: str) -> None:
    data, _ = UNREADABLE[kind]
    assert read_mask(data, "a.png", COLOURS) == data


@pytest.mark.parametrize("image", [palette(INDICES), Image.fromarray(INDICES > 5)])
def test_the_table_holds_no_palette_and_no_bits(image: Image.Image) -> None:
    with pytest.raises(MaskError, match="must be a PNG with one byte a pixel"):
        decode_mask(encode(image))


def test_the_table_holds_no_other_format() -> None:
    with pytest.raises(MaskError, match="JPEG of mode L; must be a PNG"):
        decode_mask(encode(Image.fromarray(INDICES), "JPEG"))


def test_a_mask_of_too_many_pixels_is_not_decoded() -> None:
    data = large_png()
    with pytest.raises(MaskError, match="has more than 89,478,485 pixels"):
        decode_mask(data)
    assert read_mask(data, "a.png", {"no": (0, 0, 0), "yes": (1, 1, 1)}) is data


def test_a_colour_far_below_is_found() -> None:
    """Rows are looked at some at a time."""
    pixels = np.zeros((2_100, 1_000, 3), np.uint8)
    pixels[2_050, 7] = 9
    with pytest.raises(ConvoyError, match=r"the colour \(9, 9, 9\) of pixel \(7, 2050\)"):
        index_colours(pixels, {"sky": (0, 0, 0), "road": (1, 1, 1)}, "a.png")
    found = index_colours(pixels, {"sky": (0, 0, 0), "road": (9, 9, 9)}, "a.png")
    assert np.argwhere(found).tolist() == [[2_050, 7]]
