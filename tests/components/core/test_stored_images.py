"""What ingest stores against what TensorFlow makes of it: the same pixels as Pillow shows."""

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from components.core.decoding import decode_image
from components.core.images import FORMATS, encode_picture, inspect_image, is_kept
from components.core.png import chunk_types
from tests.turned import exif_of

WRITTEN: Mapping[str, tuple[str, ...]] = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I;16B"),
    "WEBP": ("L", "RGB", "RGBA"),
    "AVIF": ("L", "RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
    "GIF": ("1", "L", "P", "RGB"),
    "PPM": ("1", "L", "RGB", "I;16"),
    "JPEG2000": ("L", "LA", "RGB", "RGBA", "I;16"),
}
"""The modes that Pillow writes, by format."""

TURNED = ("PNG", "JPEG", "TIFF", "WEBP", "AVIF")  # which Pillow writes EXIF into
PAIRS = [(form, mode) for form, modes in WRITTEN.items() for mode in modes]
GREY = ("1", "L", "LA")


def draw(mode: str, width: int, height: int, seed: int) -> Image.Image:
    """Noise; some of it transparent where the mode has alpha."""
    generator = np.random.default_rng(seed)
    if mode.startswith("I;16"):
        values = generator.integers(4096, 65_536, (height, width))
        return Image.fromarray(values.astype(">u2" if mode == "I;16B" else "<u2"))
    colours = generator.integers(0, 256, (height, width, 4), np.uint8)
    image = Image.fromarray(colours)
    return image if mode == "RGBA" else image.convert("RGB").convert(mode)


def reference(data: bytes) -> np.ndarray:
    """The picture by Pillow's own conversions, uint8 `[height, width, 1 or 3]`."""
    with Image.open(io.BytesIO(data)) as opened:
        image = ImageOps.exif_transpose(opened)
    if image.mode.startswith("I"):
        return (np.asarray(image)[..., None] // 256).astype(np.uint8)
    pixels = np.asarray(image.convert("L" if image.mode in GREY else "RGB"))
    return pixels.reshape(*pixels.shape[:2], -1)


def seen(data: bytes, channels: int = 0) -> np.ndarray:
    """What the model is given of what is stored."""
    inspected = inspect_image(data)
    assert inspected.decode_error is None
    return decode_image(tf.constant(inspected.image), channels).numpy()


def test_no_format_is_forgotten() -> None:
    assert {*WRITTEN, "DIB"} == set(FORMATS)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(PAIRS),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 8),
    st.sampled_from([{}, {"transparency": 0}, {"icc_profile": b"none of ICC's"}]),
    st.integers(0, 2**32),
)
def test_the_model_is_given_what_pillow_shows(
    pair: tuple[str, str],
    width: int,
    height: int,
    orientation: int,
    extra: Mapping[str, Any],
    seed: int,
) -> None:
    form, mode = pair
    options: dict[str, Any] = dict(extra) if mode in ("1", "L", "P") and form == "PNG" else {}
    if form in TURNED:
        options["exif"] = exif_of(orientation)
    buffer = io.BytesIO()
    draw(mode, width, height, seed).save(buffer, form, **options)
    expected = reference(buffer.getvalue())
    np.testing.assert_array_equal(seen(buffer.getvalue()), expected)
    inspected = inspect_image(buffer.getvalue())
    assert (inspected.height, inspected.width, inspected.channels) == expected.shape
    assert inspected.value_range == np.ptp(expected.astype(int), axis=(0, 1)).max()
    assert inspect_image(inspected.image) == inspected
    if is_kept(buffer.getvalue()):
        assert inspected.image == buffer.getvalue()
    with Image.open(io.BytesIO(inspected.image)) as stored:
        assert stored.format in ("PNG", "JPEG")
        assert stored.mode in ("1", "L", "P", "RGB")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PAIRS), st.integers(0, 2**32))
def test_grey_tasks_and_colour_tasks_are_given_the_same(pair: tuple[str, str], seed: int) -> None:
    form, mode = pair
    buffer = io.BytesIO()
    draw(mode, 8, 6, seed).save(buffer, form)
    picture = reference(buffer.getvalue())
    colours = np.repeat(picture, 3 // picture.shape[-1], axis=-1)
    np.testing.assert_array_equal(seen(buffer.getvalue(), 3), colours)
    grey = np.asarray(Image.fromarray(colours).convert("L"))[..., None].astype(int)
    if (form, mode) != ("JPEG", "RGB"):  # whose noise is cut off where it leaves RGB
        assert np.abs(seen(buffer.getvalue(), 1) - grey).max() <= 1


def photo(width: int = 96, height: int = 64) -> Image.Image:
    small = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_is_decoded_to_the_very_same_pixels(mode: str, options: Mapping[str, Any]) -> None:
    buffer = io.BytesIO()
    photo().convert(mode).save(buffer, "JPEG", **options)
    assert inspect_image(buffer.getvalue()).image == buffer.getvalue()
    np.testing.assert_array_equal(seen(buffer.getvalue()), reference(buffer.getvalue()))


def with_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return png[:33] + struct.pack(">I", len(content)) + kind + content + checksum + png[33:]


CHUNKS = {b"gAMA": struct.pack(">I", 45_455), b"sRGB": b"\0", b"cICP": b"\1\x0d\0\1"}


@pytest.mark.parametrize("mode", ["RGB", "P"])
@pytest.mark.parametrize("kind", CHUNKS)
def test_a_colour_space_does_not_change_greys(kind: bytes, mode: str) -> None:
    """libpng makes grey of linear light where a file tells its gamma, 49 shades off."""
    plain = encode_picture(photo()) if mode == "RGB" else encode_palette(photo())
    data = with_chunk(plain, kind, CHUNKS[kind])
    assert inspect_image(data).image == plain
    assert not is_kept(data)
    np.testing.assert_array_equal(seen(data, 1), seen(plain, 1))
    np.testing.assert_array_equal(seen(data), reference(data))


def encode_palette(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.quantize(32).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("transparency", [3, bytes(range(32))])
def test_palettes_with_transparency_are_their_colours(transparency: int | bytes) -> None:
    buffer = io.BytesIO()
    photo().quantize(32).save(buffer, "PNG", transparency=transparency)
    stored = inspect_image(buffer.getvalue())
    assert b"tRNS" not in chunk_types(stored.image)
    assert stored.channels == 3
    np.testing.assert_array_equal(seen(buffer.getvalue()), reference(encode_palette(photo())))


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("mode", ["L", "P"])
def test_packed_pixels(mode: str, bits: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 9), np.uint8)
    rows = np.packbits(np.unpackbits(pixels[..., None], axis=-1)[..., :bits].reshape(5, -1), axis=1)
    kind = {"L": 0, "P": 3}[mode]
    data = make_png(9, 5, bits, kind, b"".join(b"\0" + row.tobytes() for row in rows))
    np.testing.assert_array_equal(seen(data), reference(data))
    assert is_kept(data)


def make_png(
    width: int, height: int, bits: int, kind: int, rows: bytes, interlaced: bool = False
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlaced)
    palette = np.random.default_rng(1).integers(0, 256, 3 * 256, np.uint8).tobytes()
    data = with_chunk(encode_picture(Image.new("L", (1, 1)))[:33], b"IEND", b"")
    data = with_chunk(data, b"IDAT", zlib.compress(rows))
    if kind == 3:
        data = with_chunk(data, b"PLTE", palette[: 3 * 2**bits])
    checksum = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return data[:16] + header + checksum + data[33:]


PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))


def test_interlaced_png() -> None:
    pixels = np.asarray(photo(11, 9))
    passes = [pixels[y::dy, x::dx] for y, x, dy, dx in (*PASSES, (1, 0, 2, 1))]
    rows = b"".join(b"\0" + row.tobytes() for each in passes if each.size for row in each)
    data = make_png(11, 9, 8, 2, rows, interlaced=True)
    np.testing.assert_array_equal(seen(data), pixels)


def test_colours_of_16_bits_are_stored_with_8() -> None:
    values = np.random.default_rng(0).integers(0, 65_536, (5, 7, 3)).astype(np.uint16)
    data = bytes(tf.io.encode_png(values).numpy())
    np.testing.assert_array_equal(seen(data), values >> 8)
    assert inspect_image(data).image[24] == 8
    assert not is_kept(data)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_several_frames_the_first_is_given(form: str) -> None:
    frames = [Image.new("RGB", (16, 16), (value,) * 3) for value in (40, 200)]
    buffer = io.BytesIO()
    frames[0].save(buffer, form, save_all=True, append_images=frames[1:])
    with Image.open(buffer) as image:
        assert image.n_frames == 2
    assert np.abs(seen(buffer.getvalue()).astype(int) - 40).max() <= 2


@pytest.mark.parametrize("adobe", [False, True])
def test_print_colours_are_given_as_they_are_shown(adobe: bool) -> None:
    buffer = io.BytesIO()
    photo().convert("CMYK").save(buffer, "JPEG", quality=95)
    data = buffer.getvalue()
    assert b"Adobe" in data
    data = data if adobe else data.replace(b"Adobe", b"adobe")  # values are then not inverted
    for channels in (1, 3):
        assert seen(data, channels).shape == (64, 96, channels)
    np.testing.assert_array_equal(seen(data, 3), reference(data))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # of the reference
def test_real_awkward_files_are_given_as_they_are_shown_or_named(real_data: Path) -> None:
    """None is black where Pillow shows something, and none gives a traceback."""
    if not (folder := real_data / "tricky").is_dir():
        pytest.skip("CONVOY_DATA has no tricky")
    stored = 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = file.read_bytes()
        inspected = inspect_image(data)
        if error := inspected.decode_error:
            assert inspected.image == data, file
            assert "\n" not in error, file
            assert len(error) < 200, file
            continue
        stored += 1
        np.testing.assert_array_equal(seen(data), reference(data), str(file))
        with Image.open(io.BytesIO(data)) as image:
            assert not image.mode.startswith("I") or inspected.value_range >= 16, file
    assert stored > 50
