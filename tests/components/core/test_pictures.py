"""Contact sheets and what goes into them."""

import io
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont
from sklearn.datasets import load_digits

from components.core import pictures
from components.core.pictures import (
    BLANK,
    GAP,
    TILE,
    contact_sheet,
    fit_tile,
    read_image,
    wrap,
    write_page,
    write_words,
)

TEXTS = st.text("ab iW/_-.→ é", max_size=60)


def encode(image: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def digit(index: int = 0) -> Image.Image:
    return Image.fromarray((load_digits().images[index] * 15).astype(np.uint8))


def test_a_small_image_is_enlarged_to_equal_squares() -> None:
    pixels = np.asarray(digit())
    tile = np.asarray(fit_tile(digit()))
    assert tile.shape == (TILE, TILE, 3)
    expected = pixels.repeat(TILE // 8, axis=0).repeat(TILE // 8, axis=1)
    np.testing.assert_array_equal(tile, expected[..., None].repeat(3, axis=2))


@pytest.mark.parametrize(
    ("size", "expected"), [((500, 300), (100, 60)), ((30, 50), (60, 100)), ((100, 100), (100, 100))]
)
def test_an_image_fits_its_tile_and_keeps_its_shape(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert fit_tile(Image.new("RGB", size), 100).size == expected


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_images_of_every_mode_are_read_as_rgb(mode: str) -> None:
    assert read_image(encode(Image.new(mode, (4, 3)))).mode == "RGB"


def test_jpeg_is_read() -> None:
    image = read_image(encode(Image.new("RGB", (8, 8), (200, 100, 50)), "JPEG"))
    np.testing.assert_allclose(image.getpixel((4, 4)), (200, 100, 50), atol=3)


def test_sixteen_bits_become_the_eight_upper_ones() -> None:
    deep = Image.fromarray(np.array([[0, 255, 256, 40_000, 65_535]], np.uint16))
    assert np.asarray(read_image(encode(deep)))[0, :, 0].tolist() == [0, 0, 1, 156, 255]


@pytest.mark.parametrize(("tiles", "columns", "across"), [(1, 1, 1), (3, 6, 3), (7, 3, 3)])
def test_a_sheet_is_as_wide_as_its_tiles(tiles: int, columns: int, across: int) -> None:
    sheet = contact_sheet([(digit(), "7")] * tiles, columns)
    assert sheet.width == GAP + across * (TILE + GAP)


def test_rows_follow_each_other() -> None:
    one, two, four = (contact_sheet([(digit(), "7")] * n, 1).height for n in (1, 2, 4))
    assert four - two == 2 * (two - one)
    assert two - one > TILE


def test_tiles_lie_where_they_belong() -> None:
    colours = ["red", "green", "blue"]
    sheet = contact_sheet([(Image.new("RGB", (4, 4), c), "") for c in colours], 2, tile_size=40)
    step = 40 + GAP
    found = [sheet.getpixel((GAP + 20 + x * step, y)) for x, y in ((0, 30), (1, 30))]
    assert found == [(255, 0, 0), (0, 128, 0)]
    assert (0, 0, 255) in {sheet.getpixel((GAP + 20, y)) for y in range(60, sheet.height)}


def test_captions_titles_and_headline_take_their_place() -> None:
    tiles = [(digit(at), str(at)) for at in range(4)]
    plain = contact_sheet(tiles, 2)
    titled = contact_sheet(tiles, 2, row_titles=["first", "second"])
    headed = contact_sheet(tiles, 2, headline="Digits")
    captioned = contact_sheet([(image, "two\nlines") for image, _ in tiles], 2)
    assert titled.height == plain.height
    assert titled.width == plain.width + pictures.TITLE_WIDTH + GAP
    assert headed.height > plain.height
    assert captioned.height > plain.height
    margin = np.asarray(titled.crop((0, 0, pictures.TITLE_WIDTH, TILE)))
    assert margin.min() < 100, "the title is written beside the row"


def test_the_same_tiles_make_the_same_sheet() -> None:
    first, second = (encode(contact_sheet([(digit(), "0 → 8")], 1)) for _ in range(2))
    assert first == second


def test_a_sheet_needs_tiles_and_a_title_for_every_row() -> None:
    with pytest.raises(ValueError, match="0 tiles"):
        contact_sheet([], 6)
    with pytest.raises(ValueError, match="2 rows, 1 row titles"):
        contact_sheet([(digit(), "")] * 2, 1, row_titles=["only one"])


def test_a_notice_shows_its_text() -> None:
    assert np.asarray(pictures.notice("No mistakes")).min() < 100


@given(TEXTS, st.integers(20, 200))
def test_no_line_is_too_wide_and_no_letter_is_lost(text: str, width: int) -> None:
    file = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
    font = ImageFont.truetype(file, pictures.FONT_SIZE)
    lines = wrap(text, width).split("\n")
    assert all(font.getlength(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(TEXTS)
def test_a_wide_line_stays_as_it_is(text: str) -> None:
    assert wrap(text, 10_000) == text.rstrip()


def test_lines_break_at_spaces_and_between_folders() -> None:
    assert wrap("two words", 60) == "two\nwords"
    assert wrap("faces/train/0001.png", 110) == "faces/train/\n0001.png"
    assert wrap("a\nb", 100) == "a\nb"


def test_a_page_is_as_high_as_its_text_and_cut_where_that_is_too_long() -> None:
    one, few, many, more = (
        write_page("word " * count, 300, most=6) for count in (1, 20, 1_000, 200_000)
    )
    assert one.width == few.width == many.width == 300
    assert one.height < few.height < many.height == more.height
    assert np.asarray(one).min() < 128 < np.asarray(one).max()


@pytest.mark.parametrize("text", ["", "a\0b\x1b[31m", "\u202eright\u202c", "\ud800"])
def test_whatever_cannot_be_printed_can_be_on_a_page(text: str) -> None:
    assert write_page(text, 200, most=3).width == 200
    assert write_words([text], ["white"], 200, most=3).width == 200


def test_each_word_has_its_colour() -> None:
    picture = write_words(["red", "blue"], ["#ff0000", "#0000ff"], 200, most=2)
    pixels = np.asarray(picture).reshape(-1, 3).tolist()
    assert [255, 0, 0] in pixels
    assert [0, 0, 255] in pixels


def test_words_beyond_the_last_line_are_not_shown() -> None:
    few, many = (write_words(["word"] * n, ["white"] * n, 200, most=2) for n in (2, 500))
    assert few.height < many.height == write_words(["x"] * 90, ["white"] * 90, 200, 2).height
    assert write_words([], [], 200, most=2).height == few.height


def test_a_blank_leaves_its_place_white() -> None:
    red = Image.new("RGB", (4, 4), "red")
    sheet = contact_sheet([(red, ""), BLANK, (red, ""), (red, "")], 2, tile_size=40)
    place = sheet.crop((GAP + 40 + GAP - 1, 0, sheet.width, GAP + 40 + GAP // 2))
    assert np.unique(np.asarray(place)).tolist() == [255]
