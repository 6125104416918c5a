"""Reads vectors of words from text files, as word2vec and GloVe write them.

Each line is a word and its numbers, parted by blanks; word2vec's first line says how many words and
numbers there are.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from components.core.errors import ConvoyError
from components.core.reading import open_regular

HEADER = 2
"""Cells of the first line of word2vec's format."""


def read_vectors(file: Path, words: Collection[str], width: int) -> dict[str, np.ndarray]:
    """The vectors of some words; no others are kept.

    Args:
        file: UTF-8 text; of words that stand twice the first one counts.
        words: The words that are wanted.
        width: How many numbers a vector must have.

    Returns:
        float32 `[width]` by word, for those of the words that the file has.

    Raises:
        ConvoyError: When the file cannot be read, or a line of a wanted word has another number
            of numbers, or one that is not finite; names the line.
    """
    wanted, found = frozenset(words), dict[str, np.ndarray]()
    for number, line in enumerate(_read_lines(file), start=1):
        word, _, numbers = line.partition(" ")
        if number == 1:
            _check_width(file, line, width)
        if word in wanted and word not in found and not _is_header(number, line):
            found[word] = _parse(numbers, width, f"{file}: line {number}")
    return found


def _read_lines(file: Path) -> Iterator[str]:
    try:
        with open_regular(file) as stream:
            for line in stream:
                yield line.decode(errors="replace").strip()
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None


def _is_header(number: int, line: str) -> bool:
    cells = line.split(" ")
    return number == 1 and len(cells) == HEADER and all(map(str.isdecimal, cells))


def _check_width(file: Path, line: str, width: int) -> None:
    cells = line.split(" ")
    given = int(cells[1]) if _is_header(1, line) else len(cells) - 1
    if given != width:
        raise ConvoyError(
            f"{file}: line 1: vectors of {given:,} numbers; embedding.width is {width:,}"
        )


def _parse(numbers: str, width: int, place: str) -> np.ndarray:
    try:
        vector = np.array(numbers.split(), np.float32)
    except ValueError:
        raise ConvoyError(f"{place}: not a word and its numbers") from None
    if vector.shape != (width,) or not np.isfinite(vector).all():
        raise ConvoyError(f"{place}: must have {width:,} finite numbers")
    return vector
