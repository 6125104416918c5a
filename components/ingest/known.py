"""Samples that are among the data already: left out of a batch, unless their labels differ."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from components.core.faults import stop_at
from components.core.parquet import read_batches
from components.core.parts import Labels
from components.core.table import read_hashes
from components.ingest.entries import Entry

ROWS = 1_024

Told = str | float | int | bytes
"""A label; of bytes and lists, which may be large, the SHA-256."""


@dataclass(frozen=True)
class Given:
    """What is said of a sample.

    Attributes:
        path: Where it came from.
        labels: Its labels, without those that are not given.
    """

    path: str
    labels: Mapping[str, Told]


class KnownSamples:
    """Passes on the samples that are neither among the data nor earlier in the batch.

    Attributes:
        left_out: The paths of those that are.
    """

    def __init__(self, files: Iterable[Path], path_column: str, labels: Labels) -> None:
        """Reads which samples there are.

        Args:
            files: The shards of the data.
            path_column: The column that says where a sample came from.
            labels: The label columns.
        """
        self.left_out: list[str] = []
        self._files = list(files)
        self._hashes = read_hashes(self._files)
        self._path_column, self._types = path_column, labels.columns()
        self._new: dict[str, Given] = {}
        self._again: dict[str, list[Given]] = defaultdict(list)

    def leave_out(self, entries: Iterable[Entry], heading: str) -> Iterator[Entry]:
        """Yields the entries that are not known.

        Args:
            entries: In their order.
            heading: What a message about several of them begins with.

        Raises:
            FaultsError: At the end, naming each that is known with other labels: which of them
                are right is not for convoy to say.
        """
        faults: list[str] = []
        for entry in entries:
            given = Given(entry.path, self._tell(entry.labels))
            if entry.sha256 in self._hashes:
                self._again[entry.sha256].append(given)
                self.left_out.append(entry.path)
            elif (first := self._new.setdefault(entry.sha256, given)) is not given:
                faults += compare(given, first)
                self.left_out.append(entry.path)
            else:
                yield entry
        stop_at(heading, [*faults, *dict.fromkeys(self._compare_with_data())])

    def _compare_with_data(self) -> Iterator[str]:
        hashes = pa.array(self._again.keys(), pa.string())
        columns = ("sha256", self._path_column, *self._types)
        for file in self._files if self._again else ():
            for batch in read_batches(file, ROWS, columns):
                for row in batch.filter(pc.is_in(batch.column(0), hashes)).to_pylist():
                    known = Given(row[self._path_column], self._tell(row))
                    for given in self._again[row["sha256"]]:
                        yield from compare(given, known)

    def _tell(self, labels: Mapping[str, Any]) -> dict[str, Told]:
        """The labels as the table has them, where they are given."""
        values = {
            name: pa.scalar(labels.get(name), kind).as_py() for name, kind in self._types.items()
        }
        return {name: _shorten(value) for name, value in values.items() if value is not None}


def compare(given: Given, known: Given) -> Sequence[str]:
    """A fault where two samples that are the same have different labels."""
    differ = [
        f"{name} {given.labels[name]!r} instead of {known.labels[name]!r}"
        if isinstance(known.labels[name], str)
        else name
        for name in given.labels.keys() & known.labels.keys()
        if given.labels[name] != known.labels[name]
    ]
    if not differ:
        return []
    return [
        f"{given.path}: the same as {known.path}, but with another {', '.join(sorted(differ))}; "
        "take it out, or correct the one that is wrong"
    ]


def _shorten(value: Any) -> Told:
    if isinstance(value, str | float | int):
        return value
    return hashlib.sha256(repr(value).encode()).digest()
