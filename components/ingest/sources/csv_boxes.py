"""A CSV with a row a box: the path of its image, its edges, its label and, if wanted, its split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import normpath
from typing import Any, ClassVar

from components.core.boxes import COLUMNS, Box, to_columns
from components.core.errors import ConvoyError
from components.core.faults import gather
from components.core.table import Record
from components.core.tabular import Row, find_table, read_header, read_rows
from components.ingest.assigned import SPLIT, find_missing, parse_assigned
from components.ingest.numbers import read_number
from components.ingest.picture_sizes import read_size
from components.ingest.sources import base

EDGES = ("xmin", "ymin", "xmax", "ymax")
REQUIRED = ("image", *EDGES, "label")


@dataclass
class Listed:
    """The rows of an image.

    Attributes:
        path: As the first row has it.
        place: What a message about the image begins with.
        split: As the first row has it; None where it has none.
        boxes: As the rows have them, normalised or in pixels.
    """

    path: str
    place: str
    split: str | None
    boxes: list[Box] = field(default_factory=list)


class Source(base.FileSource):
    """`path` is the CSV file; its columns may be in any order.

    Paths of images are relative to the folder of the CSV. A row with a path and nothing else is an
    image without boxes. An empty cell of `split` leaves the split to convoy.

    Attributes:
        normalised: Whether edges are shares of the image's width and height, not pixels.
    """

    gives: ClassVar = frozenset(COLUMNS)

    normalised: bool = False

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """A CSV file with the columns, or a folder with one such file."""
        file = find_table(path, has_columns)
        return None if file is None else {"path": file}

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of their first rows.

        Raises:
            FaultsError: Naming, by its line, each row that is wrong; or else each image that
                cannot be read.
            ConvoyError: When the file is no such CSV.
        """
        yield from gather(str(self.path), self._images().values(), self._read)

    def missing_splits(self) -> Sequence[str]:
        """The splits that no row has, when some rows have one."""
        return find_missing({each.split for each in self._images().values()})

    def watched(self) -> Iterator[Path]:
        """The images, as DVC watches the file that names them."""
        yield from self.elsewhere(self.path.parent / each.path for each in self._images().values())

    def _images(self) -> dict[str, Listed]:
        """The images by their paths, with all their rows."""
        header = read_header(self.path)
        if not has_columns(header):
            raise ConvoyError(
                f"{self.path}: the columns are {', '.join(header) or 'none'}; must be "
                f"{', '.join(REQUIRED)} and, if wanted, {SPLIT}"
            )
        images: dict[str, Listed] = {}
        for _ in gather(str(self.path), read_rows(self.path), lambda row: _add(images, row)):
            pass
        return images

    def _read(self, listed: Listed) -> Record:
        sample = self.read_sample(self.path.parent / listed.path, listed.place)
        boxes = scale(listed.boxes, read_size(sample)) if self.normalised else listed.boxes
        return Record(sample, listed.path, to_columns(boxes), listed.split)


def has_columns(header: Sequence[str]) -> bool:
    """Whether the columns are those of this layout, in any order."""
    return sorted(header) in (sorted(REQUIRED), sorted((*REQUIRED, SPLIT)))


def scale(boxes: Sequence[Box], size: tuple[int, int] | None) -> list[Box]:
    """Boxes that are shares of width and height, in pixels.

    Args:
        boxes: The boxes.
        size: Width and height of the image; None where it cannot be opened, which validation
            tells: there are no boxes then.
    """
    if size is None:
        return []
    width, height = size
    return [
        Box((x0 * width, y0 * height, x1 * width, y1 * height), box.label, box.difficult, box.crowd)
        for box in boxes
        for x0, y0, x1, y1 in [box.edges]
    ]


def _add(images: dict[str, Listed], row: Row) -> None:
    """Adds a row to those of its image.

    Raises:
        ConvoyError: When a cell is wrong, or an earlier row of the image has another split.
    """
    cells = {name: cell.strip() for name, cell in row.by_column().items()}
    if not cells["image"]:
        raise ConvoyError(f"{row.place}: image is empty")
    split, _ = parse_assigned(cells, row.place)
    new = Listed(cells["image"], row.place, split)
    listed = images.setdefault(normpath(cells["image"]), new)
    if listed.split != split:
        raise ConvoyError(f"{row.place}: {cells['image']} has the split {listed.split} before")
    if any(cells[name] for name in (*EDGES, "label")):
        listed.boxes.append(_read_box(cells, row.place))


def _read_box(cells: Mapping[str, str], place: str) -> Box:
    if not cells["label"]:
        raise ConvoyError(f"{place}: label is empty")
    x0, y0, x1, y1 = (read_number(cells[edge], f"{place}: {edge}") for edge in EDGES)
    return Box((x0, y0, x1, y1), cells["label"])
