"""Sheets of captioned images, for a person to look at."""

import io
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

TILE = 192  # a multiple of the sides 8, 32, 64 and 96: their pixels become equal squares
GAP = 12
TITLE_WIDTH = 150
FONT_SIZE = 15
HEADLINE_SIZE = 19
LINE_HEIGHT = 1.3  # of the font's size
DPI = 120  # of figures that Matplotlib draws
PAPER = "white"
INK = "#22262b"
EDGE = "#c9ced4"

WORDS = re.compile(r"\s*(?:[^\s/_-]*[/_-]+|[^\s/_-]+)")
"""Where lines may break: at spaces and within file names."""

Tile = tuple[Image.Image, str]
"""An image and its caption."""

BLANK: Tile = Image.new("RGB", (1, 1), PAPER), ""
"""What stands in a row in the place of an image that there is not."""


def as_picture(pixels: np.ndarray) -> Image.Image:
    """Pixels `[height, width, 1 or 3]` in 0 to 255 as an RGB picture."""
    whole = pixels.round().clip(0, 255).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(whole, (*whole.shape[:2], 3)).copy())


def read_image(encoded: bytes) -> Image.Image:
    """Decodes PNG or JPEG bytes to 8-bit RGB; 16-bit grey is scaled as TensorFlow scales it."""
    with Image.open(io.BytesIO(encoded)) as image:
        if image.mode.startswith("I"):
            return Image.fromarray((np.asarray(image) // 256).astype(np.uint8)).convert("RGB")
        return image.convert("RGB")


def fit_tile(image: Image.Image, side: int = TILE) -> Image.Image:
    """Scales an image until its longer side is `side` pixels.

    Small images are enlarged by nearest neighbour, so that their pixels stay visible.

    Returns:
        A new RGB image.
    """
    enlarge = max(image.size) < side
    method = Image.Resampling.NEAREST if enlarge else Image.Resampling.LANCZOS
    return ImageOps.contain(image.convert("RGB"), (side, side), method)


def contact_sheet(
    tiles: Sequence[Tile],
    columns: int,
    tile_size: int = TILE,
    row_titles: Sequence[str] = (),
    headline: str = "",
) -> Image.Image:
    """Lays images out in rows, each above its caption.

    Args:
        tiles: Images of any size and mode with their captions, row by row; captions are
            wrapped and may have several lines.
        columns: Tiles in a row.
        tile_size: Side in pixels of the square that each image is scaled to fit.
        row_titles: One text for each row, written to its left; none by default.
        headline: A text above the sheet; none by default.

    Returns:
        An RGB image.

    Raises:
        ValueError: When there are no tiles, or not as many titles as rows.
    """
    rows = [tiles[at : at + columns] for at in range(0, len(tiles), columns)]
    titles = row_titles or [""] * len(rows)
    if not rows or len(titles) != len(rows):
        raise ValueError(f"{len(tiles)} tiles, {len(rows)} rows, {len(titles)} row titles")
    left = GAP + (TITLE_WIDTH + GAP if row_titles else 0)
    width = left + len(rows[0]) * (tile_size + GAP)
    strips = [
        _row(row, title, tile_size, left, width) for row, title in zip(rows, titles, strict=True)
    ]
    if headline:
        strips.insert(0, _headline(headline, width))
    return _stack(strips)


def notice(text: str) -> Image.Image:
    """A picture of a text: what is shown where there is nothing to show."""
    paper = Image.new("RGB", (3 * TILE, TILE), PAPER)
    lines = wrap(text, paper.width - 2 * GAP, HEADLINE_SIZE)
    _write(paper, (paper.width // 2, paper.height // 2), lines, "mm", HEADLINE_SIZE)
    return paper


def write_page(text: str, width: int, most: int) -> Image.Image:
    """A picture of a text, which is cut where it has too many lines.

    Args:
        text: Of any length; what cannot be printed becomes a blank.
        width: Of the picture in pixels.
        most: Lines that are shown.
    """
    shown = text[: most * width]  # no letter is narrower than a pixel
    lines = wrap(_printable(shown), width - 2 * GAP).split("\n")
    if len(lines) > most or len(shown) < len(text):
        lines = [*lines[: most - 1], "…"]
    written = "\n".join(lines)
    paper = Image.new("RGB", (width, 2 * GAP + _height(written or " ", FONT_SIZE)), PAPER)
    _write(paper, (GAP, GAP), written, "la")
    return paper


def write_words(words: Sequence[str], colours: Sequence[str], width: int, most: int) -> Image.Image:
    """A picture of words one after the other, each on a colour of its own.

    Args:
        words: Single words; what cannot be printed becomes a blank.
        colours: One a word, as Pillow names them.
        width: Of the picture in pixels.
        most: Lines that are shown; "…" ends the last one where there are more.
    """
    letters, height = font(FONT_SIZE), round(FONT_SIZE * LINE_HEIGHT)
    paper = Image.new("RGB", (width, 2 * GAP + most * height), PAPER)
    pen, x, line = ImageDraw.Draw(paper), GAP, 0
    for word, colour in zip(words, colours, strict=True):
        shown = _printable(word)
        length = letters.getlength(f"{shown} ")
        if x > GAP and x + length > width - 2 * GAP:
            if line + 1 == most:
                pen.text((x, GAP + line * height), "…", INK, letters)
                break
            x, line = GAP, line + 1
        y = GAP + line * height
        pen.rectangle((x, y, x + length, y + height - 2), fill=colour)
        pen.text((x + 1, y), shown, INK, letters)
        x += round(length)
    return paper.crop((0, 0, width, 2 * GAP + (line + 1) * height))


def _printable(text: str) -> str:
    """The text with blanks for what cannot be printed."""
    return "".join(each if each.isprintable() else " " for each in text)


def wrap(text: str, width: int, size: int = FONT_SIZE) -> str:
    """Breaks a text into lines of at most `width` pixels, also inside of long words."""
    return "\n".join(line for part in text.splitlines() for line in _lines(part, width, size))


def _lines(text: str, width: int, size: int) -> Iterator[str]:
    line = ""
    for word in WORDS.findall(text):
        longer = line + word
        if line and font(size).getlength(longer) > width:
            yield line
            longer = word.lstrip()
        *full, line = _pieces(longer, width, size)
        yield from full
    yield line


def _pieces(word: str, width: int, size: int) -> Iterator[str]:
    """Cuts a word that is longer than a line."""
    piece = ""
    for character in word:
        if piece and font(size).getlength(piece + character) > width:
            yield piece
            piece = ""
        piece += character
    yield piece


def _row(tiles: Sequence[Tile], title: str, tile_size: int, left: int, width: int) -> Image.Image:
    """One row of the sheet, as high as its highest image and longest caption need."""
    images = [each[0] if each is BLANK else fit_tile(each[0], tile_size) for each in tiles]
    captions = [wrap(caption, tile_size) for _, caption in tiles]
    bottom = GAP + max(image.height for image in images)
    below = max(_height(caption, FONT_SIZE) for caption in captions)
    strip = Image.new("RGB", (width, bottom + GAP // 2 + below), PAPER)
    _write(strip, (GAP, bottom // 2), wrap(title, TITLE_WIDTH), "lm")
    for at, (image, caption) in enumerate(zip(images, captions, strict=True)):
        middle = left + at * (tile_size + GAP) + tile_size // 2
        if tiles[at] is not BLANK:
            _paste(strip, image, (middle - image.width // 2, bottom - image.height))
        _write(strip, (middle, bottom + GAP // 2), caption, "ma")
    return strip


def _paste(paper: Image.Image, image: Image.Image, corner: tuple[int, int]) -> None:
    """Puts an image onto the paper, a thin line around it."""
    x, y = corner
    paper.paste(image, corner)
    edge = (x - 1, y - 1, x + image.width, y + image.height)
    ImageDraw.Draw(paper).rectangle(edge, outline=EDGE)


def _headline(text: str, width: int) -> Image.Image:
    lines = wrap(text, width - 2 * GAP, HEADLINE_SIZE)
    strip = Image.new("RGB", (width, GAP + _height(lines, HEADLINE_SIZE)), PAPER)
    _write(strip, (GAP, GAP), lines, "la", HEADLINE_SIZE)
    return strip


def _stack(strips: Sequence[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (strips[0].width, sum(s.height for s in strips) + GAP), PAPER)
    top = 0
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height
    return sheet


def _height(lines: str, size: int) -> int:
    return round((lines.count("\n") + 1) * size * LINE_HEIGHT) if lines else 0


def _write(
    paper: Image.Image, at: tuple[int, int], lines: str, anchor: str, size: int = FONT_SIZE
) -> None:
    letters = font(size)
    ImageDraw.Draw(paper).multiline_text(
        at,
        lines,
        INK,
        letters,
        anchor=anchor,
        align="center" if anchor[0] == "m" else "left",
        spacing=size * LINE_HEIGHT - letters.getbbox("A")[3],
    )


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which Matplotlib brings along: the same letters on every machine."""
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", size)
