"""Values of more than 8 bits against the rule, written out for each value."""

import io
import struct

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from components.core.eight_bits import ValuesError, load_8_bits


def encode(values: np.ndarray, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, form, **options)
    return buffer.getvalue()


def load(data: bytes, white: float | None = None) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        picture = load_8_bits(image, white)
        assert picture.mode in ("L", "RGB")
        return np.asarray(picture)


@given(st.integers(255, 65_535), st.lists(st.integers(0, 65_535), min_size=1))
@example(white=4095, values=[0, 15, 16, 4095])
@example(white=255, values=list(range(256)))
def test_black_to_white_falls_into_256_equal_steps(white: int, values: list[int]) -> None:
    within = [min(value, white) for value in values]
    loaded = load(encode(np.array([within], np.uint16)), white)
    assert loaded.tolist() == [[value * 256 // (white + 1) for value in within]]


@given(st.integers(1, 254))
def test_fewer_values_reach_from_black_to_white(white: int) -> None:
    loaded = load(encode(np.arange(white + 1, dtype=np.uint16)[None]), white)[0]
    assert (loaded[0], loaded[-1]) == (0, 255)
    assert (np.abs(loaded - np.linspace(0, 255, white + 1)) < 1).all()


@pytest.mark.parametrize("form", ["PNG", "TIFF", "PPM", "JPEG2000"])
def test_16_bits_in_full_are_their_upper_8(form: str) -> None:
    values = np.arange(0, 65_536, 251, dtype=np.uint16)[None]
    assert (load(encode(values, form)) == values >> 8).all()


@pytest.mark.parametrize(("largest", "refused"), [(255, True), (4095, True), (4096, False)])
@pytest.mark.parametrize("form", ["PNG", "TIFF", "PPM"])
def test_what_would_be_all_but_black_is_refused(form: str, largest: int, refused: bool) -> None:
    data = encode(np.array([[0, largest]], np.uint16), form)
    if refused:
        with pytest.raises(ValuesError, match=rf"all but black: its values end at {largest:,}, "):
            load(data)
    assert load(data, 65_535).max() == largest >> 8, "unless white is declared"
    assert load(data, largest).max() == 255


def test_one_value_is_left_to_the_rule_for_constant_images() -> None:
    assert load(encode(np.full((2, 2), 7, np.uint16))).max() == 0


def test_values_beyond_white_are_refused() -> None:
    data = encode(np.array([[0, 4096]], np.uint16))
    with pytest.raises(ValuesError, match="from 0 to 4,096; black is 0, white 4,095"):
        load(data, 4095)


@pytest.mark.parametrize("values", [[[-1.0, 1.0]], [[np.nan, 1.0]], [[0.0, np.inf]]])
def test_floats_must_lie_between_black_and_white(values: list) -> None:
    with pytest.raises(ValuesError, match="black is 0, white 1"):
        load(encode(np.array(values, np.float32), "TIFF"), 1.0)


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_numbers_of_32_bits_need_a_white(kind: type) -> None:
    data = encode(np.array([[0, 1, 128, 256]], kind), "TIFF")
    with pytest.raises(ValuesError, match="`pixels.white` must say which value is white"):
        load(data)
    steps = [0, 1, 128, 255] if kind is np.float32 else [0, 0, 127, 255]
    assert load(data, 256).tolist() == [steps]


@pytest.mark.parametrize("plain", [False, True])
def test_a_pgm_file_tells_its_white(plain: bool) -> None:
    values = np.array([[0, 100, 2048, 4095]])
    pixels = " ".join(map(str, values[0])).encode() if plain else values.astype(">u2").tobytes()
    data = (b"P2" if plain else b"P5") + b" 4 1 4095\n" + pixels
    assert load(data).tolist() == load(data, 4095).tolist() == [[0, 6, 128, 255]]


def twelve_bits(values: list[int]) -> bytes:
    """A TIFF file with 12 bits a pixel, which Pillow reads but does not write."""
    packed = b"".join(
        bytes((a >> 4, (a & 15) << 4 | b >> 8, b & 255))
        for a, b in zip(values[::2], values[1::2], strict=True)
    )
    tags = {256: len(values), 257: 1, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1}
    tags[279] = len(packed)
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    start = struct.pack("<2sHI", b"II", 42, 8 + len(packed))
    return start + packed + struct.pack("<H", len(tags)) + entries + bytes(4)


def test_a_tiff_file_of_12_bits_tells_its_white() -> None:
    data = twelve_bits([0, 100, 2048, 4095])
    assert load(data).tolist() == load(data, 65_535).tolist() == [[0, 6, 128, 255]]
    with pytest.raises(ValuesError, match="where 4,095 is white"):
        load(twelve_bits([0, 200]))
    assert load(twelve_bits([0, 200]), 200).tolist() == [[0, 255]]


def test_tiff_may_call_0_white() -> None:
    values = np.array([[0, 30_000, 65_535]], np.uint16)
    data = encode(values, "TIFF", tiffinfo={262: 0})
    with Image.open(io.BytesIO(data)) as image:
        assert image.tag_v2[262] == 0
    assert load(data).tolist() == [[255, 138, 0]]


def sixteen_bit_colours(values: np.ndarray) -> bytes:
    """An RGB PNG file of 16 bits a channel, which Pillow does not write."""
    import tensorflow as tf

    return bytes(tf.io.encode_png(values.astype(np.uint16)).numpy())


def test_of_colours_of_16_bits_the_upper_8_are_taken() -> None:
    values = np.array([[[0, 4096, 65_535], [255, 256, 300]]])
    assert load(sixteen_bit_colours(values)).tolist() == (values >> 8).tolist()
    with pytest.raises(ValuesError, match="16 bits a channel in colour"):
        load(sixteen_bit_colours(values), 4095)


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_colours_that_would_be_all_but_black_are_refused(channels: int) -> None:
    values = np.arange(2 * channels).reshape(1, 2, channels) * 300
    with pytest.raises(ValuesError, match="all but black"):
        load(sixteen_bit_colours(values))
    assert load(sixteen_bit_colours(values), 65_535).max() < 16


def test_a_large_image_is_scaled_strip_by_strip() -> None:
    values = np.random.default_rng(0).integers(0, 65_536, (1500, 1000), np.uint16)
    assert (load(encode(values, "TIFF")) == values >> 8).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB"])
def test_every_other_mode_becomes_grey_or_rgb(mode: str) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (3, 2)).save(buffer, "TIFF")
    with Image.open(buffer) as image:
        assert load_8_bits(image).mode == ("L" if mode in ("1", "L", "LA") else "RGB")
        assert image.mode == mode
