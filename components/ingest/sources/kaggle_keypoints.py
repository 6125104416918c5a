"""Kaggle's facial-keypoints CSV: 30 coordinate columns and the pixels in `Image`.

The file may have two more columns that Kaggle's has not, `split` and `group`. Format: https://www.kaggle.com/competitions/facial-keypoints-detection/data
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from components.core.errors import ConvoyError
from components.core.facial_points import COLUMNS, SIDE
from components.core.faults import gather
from components.core.images import encode_png
from components.core.table import Record
from components.core.tabular import Row, find_table, read_header, read_rows
from components.ingest.assigned import ASSIGNED, SPLIT, find_missing, parse_assigned
from components.ingest.sources import base

IMAGE = "Image"


class Source(base.Source):
    """`path` is the CSV file; its columns may be in any order.

    Empty cells are missing coordinates. A row that has no coordinate at all is kept: what
    to make of it is for validation to say. An empty cell of `split` leaves the split to convoy;
    faces of the same `group`, such as a person's, are never divided among splits.

    Attributes:
        origin: What the file calls the centre of the first pixel: 0, 0.5 or 1. It is
            subtracted, so that mirroring an image mirrors its points exactly; a wrong one
            costs the flips of the augmentation their worth.
    """

    gives: ClassVar = frozenset({"keypoints"})

    origin: float = Field(0.0, ge=0, le=1)

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A CSV file with the columns, or a folder with one such file."""
        file = find_table(path, lambda header: not any(find_faults(header).values()))
        return None if file is None else {"path": file}

    def read(self) -> Iterator[Record]:
        """Yields `FILE/00001.png` onwards, numbered by row, with `keypoints`.

        Raises:
            FaultsError: Naming line and column of each wrong cell.
            ConvoyError: When the file is no such CSV.
        """
        check_header(read_header(self.path), self.path)
        numbered = enumerate(read_rows(self.path), start=1)
        yield from gather(str(self.path), numbered, self._read_row)

    def missing_splits(self) -> Sequence[str]:
        """The splits that no row has, when some rows have one."""
        if SPLIT not in read_header(self.path):
            return ()
        return find_missing({row.by_column()[SPLIT].strip() for row in read_rows(self.path)})

    def _read_row(self, numbered: tuple[int, Row]) -> Record:
        number, row = numbered
        cells = row.by_column()
        split, group = parse_assigned(cells, row.place)

        def parse(name: str) -> Any:
            if name == IMAGE:
                return encode_png(parse_pixels(cells[name], row.place))
            return parse_coordinate(cells[name], row.place, name) - self.origin

        image, *points = gather(row.place, (IMAGE, *COLUMNS), parse)
        name = f"{self.path.name}/{number:05}.png"
        return Record(image, name, {"keypoints": points}, split, group)


def check_header(header: Sequence[str], file: Path) -> None:
    """Checks that every column is there once and no other, save for the optional ones.

    Raises:
        ConvoyError: Naming the columns that are missing, unknown or doubled.
    """
    for fault, names in find_faults(header).items():
        if names:
            raise ConvoyError(f"{file}: {fault} column {', '.join(map(repr, names))}")


def find_faults(header: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The names of columns that are `missing`, `unknown` and `doubled`."""
    required = (*COLUMNS, IMAGE)
    return {
        "missing": [name for name in required if name not in header],
        "unknown": [name for name in header if name not in (*required, *ASSIGNED)],
        "doubled": sorted({name for name in header if header.count(name) > 1}),
    }


def parse_pixels(cell: str, place: str) -> np.ndarray:
    """Reads the pixels of an image, row by row.

    Args:
        cell: 9,216 integers from 0 to 255, parted by spaces.
        place: What an error message begins with.

    Returns:
        uint8 `[96, 96]`.

    Raises:
        ConvoyError: When there are more or fewer, or one is not such an integer.
    """
    try:
        values = np.array([int(word) for word in cell.split()], np.int64)
    except (ValueError, OverflowError) as error:
        raise ConvoyError(f"{place}: column {IMAGE!r}: {error}") from None
    if len(values) != SIDE * SIDE:
        raise ConvoyError(f"{place}: column {IMAGE!r}: {len(values)} pixels; must be {SIDE * SIDE}")
    if values.min() < 0 or values.max() > 255:
        wrong = values[(values < 0) | (values > 255)][0]
        raise ConvoyError(f"{place}: column {IMAGE!r}: pixel value {wrong}; must be 0 to 255")
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def parse_coordinate(cell: str, place: str, column: str) -> float:
    """Reads a coordinate in pixels; NaN when the cell is empty.

    Raises:
        ConvoyError: When it is not a finite number.
    """
    if not cell.strip():
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise ConvoyError(f"{place}: column {column!r}: {cell!r} is not a number")
    return value
