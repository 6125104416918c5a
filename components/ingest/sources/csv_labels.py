"""A CSV with a row an image: its path, its label and, if wanted, its split."""

import csv
from collections.abc import Iterator, Mapping, Sequence

from components.core.errors import ConvoyError
from components.core.table import SPLITS, Record
from components.ingest.sources import base

REQUIRED = ("path", "label")
SPLIT = "split"


class Source(base.FileSource):
    """`path` is the CSV file; its columns may be in any order.

    Paths of images are relative to the folder of the CSV. An empty cell of `label` is a
    missing label: what to make of it is for validation to say. An empty cell of `split`
    leaves the split to convoy.
    """

    def read(self) -> Iterator[Record]:
        """Yields the images in the order of the rows, with `label`.

        Raises:
            ConvoyError: When the file is no such CSV or an image cannot be read, naming the
                row.
        """
        for place, cells in self._rows():
            split = cells.get(SPLIT) or None
            if split not in (None, *SPLITS):
                raise ConvoyError(
                    f"{place}: unknown split {split!r}; there are {', '.join(SPLITS)}"
                )
            image = self.read_sample(self.path.parent / cells["path"], place)
            yield Record(image, cells["path"], {"label": cells["label"] or None}, split)

    def missing_splits(self) -> Sequence[str]:
        """The splits that no row has, when some rows have one."""
        found = {cells.get(SPLIT) for _, cells in self._rows()}.intersection(SPLITS)
        return [name for name in SPLITS[1:] if found and name not in found]

    def _rows(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The rows as cells by column, each with its place in the file for messages."""
        number = 0
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as stream:
                rows = csv.reader(stream)
                header = next(rows, [])
                self._check_header(header)
                for number, cells in enumerate(rows, start=1):
                    place = f"{self.path}: row {number}"
                    if len(cells) != len(header):
                        raise ConvoyError(
                            f"{place}: {len(cells)} cells; the header has {len(header)}"
                        )
                    yield place, dict(zip(header, cells, strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ConvoyError(
                f"{self.path}: row {number + 1}: cannot be read as CSV: {error}"
            ) from None
        if not number:
            raise ConvoyError(f"{self.path}: no rows")

    def _check_header(self, header: Sequence[str]) -> None:
        if sorted(header) not in (sorted(REQUIRED), sorted((*REQUIRED, SPLIT))):
            raise ConvoyError(
                f"{self.path}: the columns are {', '.join(header) or 'none'}; must be "
                f"{', '.join(REQUIRED)} and, if wanted, {SPLIT}"
            )
