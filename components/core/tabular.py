"""JSON and CSV files, written as a whole or not at all; CSV files of others, read line by line."""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pandas as pd
from pandas.api.types import is_numeric_dtype

from components.core.errors import ConvoyError
from components.core.reading import open_regular
from components.core.text import csv_cell

DELIMITERS = (",", ";", "\t", "|")
"""What parts cells, the customary one first; spreadsheets write the second in half of Europe."""


TABLES = (".csv", ".tsv", ".txt")
"""What the names of such files end in."""

UTF_8 = "utf-8-sig"
"""UTF-8, with or without a byte-order mark."""

LONGEST_CELL = 2**17
"""Characters of a cell; a longer one is mostly what follows a quote that was left open."""


@dataclass(frozen=True)
class Row:
    """A row of a CSV file.

    Attributes:
        file: The file.
        line: The line of it on which the row begins, as an editor counts: from 1.
        header: The names of the columns.
        cells: One for each column; or more, or fewer, which `by_column` finds out.
    """

    file: Path
    line: int
    header: Sequence[str]
    cells: Sequence[str]

    @property
    def place(self) -> str:
        """What a message about it begins with."""
        return f"{self.file}: line {self.line}"

    def by_column(self) -> dict[str, str]:
        """The cells by the names of their columns.

        Raises:
            ConvoyError: When there are more or fewer than the header has.
        """
        if len(self.cells) != len(self.header):
            raise ConvoyError(
                f"{self.place}: {len(self.cells)} cells; the header has {len(self.header)}"
            )
        return dict(zip(self.header, self.cells, strict=True))


def read_header(file: Path, encoding: str = UTF_8) -> tuple[str, ...]:
    """The names of the columns of a CSV file, without blanks around them; none if it is empty.

    Raises:
        ConvoyError: When the file cannot be read as CSV.
    """
    return _names(_read(file, encoding))


def find_table(path: Path, fits: Callable[[Sequence[str]], bool]) -> Path | None:
    """The one CSV file whose columns fit; None where there is none, or several.

    Args:
        path: The file, or the folder that it is in.
        fits: Whether a header is the one that is looked for.
    """
    files = [path] if path.is_file() else sorted(path.glob("*"))
    found = [each for each in files if each.suffix.lower() in TABLES and _header_fits(each, fits)]
    return found[0] if len(found) == 1 else None


def _header_fits(file: Path, fits: Callable[[Sequence[str]], bool]) -> bool:
    try:
        return fits(read_header(file))
    except ConvoyError:
        return False


def read_rows(file: Path, encoding: str = UTF_8, longest: int = LONGEST_CELL) -> Iterator[Row]:
    """Yields the rows of a CSV file, one at a time; blank lines are skipped as pandas does.

    Cells are parted by commas, semicolons, tabs or bars, of which the header tells, and may hold
    line breaks within quotes.

    Args:
        file: The file.
        encoding: Its encoding.
        longest: The most characters that a cell may have.

    Raises:
        ConvoyError: When the file cannot be read as CSV, or has no row.
    """
    rows = _read(file, encoding, longest)
    header = _names(rows)
    first = next(rows, None)
    if first is None:
        raise ConvoyError(f"{file}: no rows")
    for line, cells in itertools.chain([first], rows):
        yield Row(file, line, header, cells)


def _names(rows: Iterator[tuple[int, Sequence[str]]]) -> tuple[str, ...]:
    _, header = next(rows, (0, ()))
    return tuple(name.strip() for name in header)


def _read(
    file: Path, encoding: str, longest: int = LONGEST_CELL
) -> Iterator[tuple[int, Sequence[str]]]:
    """The first line and the cells of each row that is not blank, the header among them."""
    end = 0
    csv.field_size_limit(longest)
    try:
        delimiter = _find_delimiter(file, encoding)
        with _open(file, encoding) as stream:
            reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=True)
            for cells in reader:
                begin, end = end + 1, reader.line_num
                if len(cells) > 1 or "".join(cells).strip():
                    yield begin, cells
    except UnicodeError:
        raise ConvoyError(_describe_encoding(file, encoding)) from None
    except OSError as error:
        raise ConvoyError(f"{file}: cannot be read: {error.strerror}") from None
    except csv.Error as error:
        raise ConvoyError(
            f"{file}: line {end + 1}: cannot be read as CSV: {error}; is a quote left open?"
        ) from None


def _open(file: Path, encoding: str) -> TextIO:
    # line breaks stay as they are: those within quotes belong to a cell
    return io.TextIOWrapper(open_regular(file), encoding=encoding, newline="")


def _find_delimiter(file: Path, encoding: str) -> str:
    """That by which the header has the most cells."""
    with _open(file, encoding) as stream:
        header = next((line for line in stream if line.strip()), "")
    return max(DELIMITERS, key=lambda each: len(_split(header, each)))


def _split(line: str, delimiter: str) -> Sequence[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _describe_encoding(file: Path, encoding: str) -> str:
    """Names the first line that is no UTF-8; of other encodings lines may be no such thing."""
    if encoding != UTF_8:
        return f"{file}: cannot be read as CSV: not {encoding}"
    with open_regular(file) as stream:
        number = next(number for number, line in enumerate(stream, 1) if not _is_text(line))
    return f"{file}: line {number}: cannot be read as CSV: not UTF-8; save the file as UTF-8"


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_json(file: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


def write_json(content: object, file: Path) -> None:
    """Writes a JSON file, indented for people."""
    with written_whole(file) as stream:
        stream.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def write_csv(table: pd.DataFrame | Mapping[str, Sequence[Any]], file: Path) -> None:
    """Writes a table as CSV, floats with six decimals, missing values as empty cells.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.

    Args:
        table: A row an entry, a column a name.
        file: The file.
    """
    frame = pd.DataFrame(table).rename(columns=csv_cell)
    for at, kind in enumerate(frame.dtypes):  # by place: two columns may have one name
        if not is_numeric_dtype(kind):
            cells = frame.iloc[:, at].astype(object).map(csv_cell, na_action="ignore")
            frame.isetitem(at, cells.to_numpy(dtype=object))
    with written_whole(file) as stream:
        frame.to_csv(stream, index=False, float_format="%.6f", lineterminator="\n")


@contextmanager
def written_whole(file: Path) -> Iterator[TextIO]:
    """A file to write, which takes the place of the one before when the block has ended."""
    partial = file.with_name(f".{file.name}.partial")
    try:
        # names of files may hold bytes that are no UTF-8
        with partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
