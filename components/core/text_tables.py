"""Tables of others that hold texts: CSV, TSV and JSON lines, read row by row."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from components.core import tabular
from components.core.errors import ConvoyError
from components.core.reading import open_regular
from components.core.tabular import UTF_8

JSON_LINES = (".jsonl", ".ndjson")
SUFFIXES = (".csv", ".tsv", *JSON_LINES)
"""What the names of such files end in."""


LONGEST_TEXT = 2**24
"""Characters of a cell: more than a book has."""


class TableRow(Protocol):
    """A row of a table, which is taken apart when it is asked for."""

    @property
    def line(self) -> int:
        """The line of the file on which it begins, from 1."""

    @property
    def place(self) -> str:
        """What a message about it begins with."""

    def by_column(self) -> Mapping[str, Any]:
        """The cells by the names of their columns.

        Raises:
            ConvoyError: When it cannot be taken apart.
        """


@dataclass(frozen=True)
class JsonRow:
    """A line of a file of JSON lines.

    Attributes:
        file: The file.
        line: The number of the line, from 1.
        text: The line.
    """

    file: Path
    line: int
    text: str

    @property
    def place(self) -> str:
        """What a message about it begins with."""
        return f"{self.file}: line {self.line}"

    def by_column(self) -> Mapping[str, Any]:
        """The values of the object by key.

        Raises:
            ConvoyError: When the line is no JSON object.
        """
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise ConvoyError(f"{self.place}: not JSON: {error}") from None
        if not isinstance(found, dict):
            raise ConvoyError(f"{self.place}: must be a JSON object")
        return found


def is_table(file: Path) -> bool:
    """Whether the name of a file is that of such a table."""
    return file.suffix.lower() in SUFFIXES


def read_columns(file: Path, encoding: str = UTF_8) -> Sequence[str]:
    """The names of the columns; of JSON lines the keys of the first; none if it is empty.

    Raises:
        ConvoyError: When the file cannot be read.
    """
    if file.suffix.lower() not in JSON_LINES:
        return tabular.read_header(file, encoding)
    first = next(_read_json_lines(file, encoding), None)
    return () if first is None else tuple(first.by_column())


def read_rows(file: Path, encoding: str = UTF_8) -> Iterator[TableRow]:
    """Yields the rows of a table, one at a time; blank lines are skipped.

    Args:
        file: A file whose name tells whether it is one of JSON lines.
        encoding: Its encoding.

    Raises:
        ConvoyError: When the file cannot be read, or has no row.
    """
    if file.suffix.lower() not in JSON_LINES:
        yield from tabular.read_rows(file, encoding, LONGEST_TEXT)
        return
    rows = _read_json_lines(file, encoding)
    first = next(rows, None)
    if first is None:
        raise ConvoyError(f"{file}: no rows")
    yield first
    yield from rows


def read_text(row: TableRow, column: str) -> str | None:
    """The text in a column of a row; None where it is blank or null.

    Raises:
        ConvoyError: When the row cannot be taken apart, or has no such column or no text in it.
    """
    cells = row.by_column()
    if column not in cells:
        raise ConvoyError(f"{row.place}: has no {column!r}, only {', '.join(cells) or 'nothing'}")
    value = cells[column]
    if value is not None and not isinstance(value, str):
        raise ConvoyError(f"{row.place}: {column!r} must be a text")
    return value if value and value.strip() else None


def encode_text(text: str) -> bytes:
    """A text as UTF-8; half a character of UTF-16, which JSON can have, makes it none."""
    return text.encode(errors="surrogatepass")


def _read_json_lines(file: Path, encoding: str) -> Iterator[JsonRow]:
    number = 0
    try:
        with io.TextIOWrapper(open_regular(file), encoding=encoding, newline="\n") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield JsonRow(file, number, line)
    except UnicodeError:
        named = "UTF-8" if encoding == UTF_8 else encoding
        raise ConvoyError(f"{file}: after line {number}: not {named}") from None
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
