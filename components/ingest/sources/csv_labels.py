"""A CSV with a row an image: its path, its label and, if wanted, its split and its group."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from posixpath import normpath
from typing import Any, ClassVar

from components.core.errors import ConvoyError
from components.core.faults import gather
from components.core.table import Record
from components.core.tabular import Row, find_table, read_header, read_rows
from components.ingest.assigned import ASSIGNED, SPLIT, find_missing, parse_assigned
from components.ingest.sources import base

REQUIRED = ("path", "label")


class Source(base.FileSource):
    """`path` is the CSV file; its columns may be in any order.

    Paths of images are relative to the folder of the CSV. Blanks around all cells but the path are
    no part of them. An empty cell of `label` is a missing label: what to make of it is for
    validation to say. An empty cell of `split` leaves the split to convoy. Images of the same
    `group` are never divided among splits; an empty cell is no group.
    """

    gives: ClassVar = frozenset({"label"})

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A CSV file with the columns, or a folder with one such file."""
        file = find_table(path, has_columns)
        return None if file is None else {"path": file}

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the rows, with `label`.

        Raises:
            FaultsError: Naming, by its line, each row that is wrong or gives an image another
                label than an earlier one; or else each image that cannot be read.
            ConvoyError: When the file is no such CSV.
        """
        for _ in self._check_rows():  # all of them, before the first image is read
            pass
        yield from gather(str(self.path), self._rows(), self._read_row)

    def missing_splits(self) -> Sequence[str]:
        """The splits that no row has, when some rows have one."""
        return find_missing({cells.get(SPLIT) for cells in self._check_rows()})

    def watched(self) -> Iterator[Path]:
        """The images, as DVC watches the file that names them."""
        yield from self.elsewhere(self.path.parent / each["path"] for each in self._check_rows())

    def _rows(self) -> Iterator[Row]:
        self._check_header(read_header(self.path))
        return read_rows(self.path)

    def _check_rows(self) -> Iterator[Mapping[str, str]]:
        return gather(str(self.path), self._rows(), row_check())

    def _read_row(self, row: Row) -> Record:
        cells = clean(row)
        image = self.read_sample(self.path.parent / cells["path"], row.place)
        split, group = parse_assigned(cells, row.place)
        return Record(image, cells["path"], {"label": cells["label"] or None}, split, group)

    def _check_header(self, header: Sequence[str]) -> None:
        if not has_columns(header):
            raise ConvoyError(
                f"{self.path}: the columns are {', '.join(header) or 'none'}; must be "
                f"{', '.join(REQUIRED)} and, if wanted, {', '.join(ASSIGNED)}"
            )


def has_columns(header: Sequence[str]) -> bool:
    """Whether the columns are those of this layout, in any order."""
    names = set(header)
    return len(names) == len(header) and {*REQUIRED} <= names <= {*REQUIRED, *ASSIGNED}


def clean(row: Row) -> dict[str, str]:
    """The cells by column; all but the path without blanks around them.

    Raises:
        ConvoyError: When there are more or fewer cells than columns.
    """
    return {
        name: cell if name == "path" else cell.strip() for name, cell in row.by_column().items()
    }


def row_check() -> Callable[[Row], Mapping[str, str]]:
    """A check of one row after another, which remembers the label of each image.

    It gives the row's cells by column. It raises a `ConvoyError` when there are more or fewer
    than columns, the path is empty, the split is unknown, or the image has had another label.
    """
    labels: dict[str, tuple[str, int]] = {}

    def check(row: Row) -> Mapping[str, str]:
        cells = clean(row)
        if not cells["path"].strip():
            raise ConvoyError(f"{row.place}: the path is empty")
        parse_assigned(cells, row.place)
        given = (sys.intern(cells["label"]), row.line)
        label, first = labels.setdefault(normpath(cells["path"]), given)
        if label != cells["label"]:
            raise ConvoyError(
                f"{row.place}: {cells['path']} has the label {cells['label']!r}, but "
                f"{label!r} on line {first}; an image has one label"
            )
        return cells

    return check
