"""A CSV, TSV or file of JSON lines with a row a text: the text and its label."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from components.core.errors import ConvoyError
from components.core.faults import gather
from components.core.table import Record
from components.core.text_tables import (
    TableRow,
    encode_text,
    is_table,
    read_columns,
    read_rows,
    read_text,
)
from components.core.walking import readable
from components.ingest.assigned import ASSIGNED, SPLIT, find_missing, parse_assigned
from components.ingest.texts import TextSource

TEXTS = ("text", "review", "sentence", "comment", "message", "tweet", "content")
LABELS = ("label", "sentiment", "class", "target", "polarity", "category")
"""What the columns are usually called."""


class Source(TextSource):
    """`path` is the file; other columns than these do not matter.

    An empty cell of the label is a missing label, and one of the text an empty text: what to make
    of them is for validation to say. A column `split`, if there is one, has the splits; an empty
    cell leaves the split to convoy. Texts of the same `group`, such as an author's, are never
    divided among splits.

    Attributes:
        text: The column of the text.
        label: The column of the label.
    """

    gives: ClassVar = frozenset({"label"})

    text: str = TEXTS[0]
    label: str = LABELS[0]

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A file with a column of each kind, or a folder with one such file."""
        files = [path] if path.is_file() else sorted(path.glob("*"))
        found = [keys for file in files if is_table(file) and (keys := _recognise(file))]
        return found[0] if len(found) == 1 else None

    def read(self) -> Iterator[Record]:
        """Yields the texts in the order of the rows, with `label`.

        Raises:
            FaultsError: Naming, by its line, each row that is wrong.
            ConvoyError: When the file is no such table.
        """
        columns = read_columns(self.path, self.table_encoding)
        if missing := [name for name in (self.text, self.label) if name not in columns]:
            raise ConvoyError(
                f"{self.path}: has no column {missing[0]!r}, only {', '.join(columns) or 'none'}; "
                "source.text and source.label name them"
            )
        yield from gather(str(self.path), self._rows(), self._read_row)

    def missing_splits(self) -> Sequence[str]:
        """The splits that no row has, when some rows have one."""
        rows = gather(str(self.path), self._rows(), lambda row: _word(row, SPLIT))
        return find_missing(set(rows))

    def _rows(self) -> Iterator[TableRow]:
        return read_rows(self.path, self.table_encoding)

    def _read_row(self, row: TableRow) -> Record:
        text, label = read_text(row, self.text), _word(row, self.label)
        assigned = {name: _word(row, name) or "" for name in ASSIGNED}
        split, group = parse_assigned(assigned, row.place)
        path = f"{readable(self.path.name)}:{row.line}"
        return Record(encode_text(text or ""), path, {"label": label}, split, group)


def _recognise(file: Path) -> Mapping[str, Any] | None:
    try:
        columns = read_columns(file)
    except ConvoyError:
        return None
    text, label = (_first(names, columns) for names in (TEXTS, LABELS))
    return {"path": file, "text": text, "label": label} if text and label else None


def _first(names: Sequence[str], columns: Sequence[str]) -> str | None:
    folded = {column.lower(): column for column in columns}
    return next((folded[name] for name in names if name in folded), None)


def _word(row: TableRow, column: str) -> str | None:
    """A label, a split or a group: of JSON it may be a number; None where it is blank or absent.

    Raises:
        ConvoyError: When the row cannot be taken apart, or the value is an object, a list or half
            a character of UTF-16, which JSON can have.
    """
    value = row.by_column().get(column)
    word = "" if value is None else str(value).strip()
    if isinstance(value, dict | list) or any("\ud800" <= each <= "\udfff" for each in word):
        raise ConvoyError(f"{row.place}: {column!r} must be a word or a number")
    return word or None
