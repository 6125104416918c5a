"""Samples that occur more than once: what is kept of them."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from components.core.errors import DataError
from components.core.faults import gather
from components.core.tabular import write_csv
from components.ingest.entries import Entry

DUPLICATES_FILE = "duplicates.csv"


@dataclass(frozen=True)
class Duplicate:
    """A sample that was left out for an earlier one with the same bytes and the same labels.

    Attributes:
        path: Where it came from.
        split: The split that its source gave it; None where it gave none.
        first: Where the one came from that is kept.
        first_split: The split that its source gave the other.
    """

    path: str
    split: str | None
    first: str
    first_split: str | None

    @property
    def crosses(self) -> bool:
        """Whether the two were of different splits."""
        return self.split != self.first_split


class FirstOnes:
    """Passes on the first of the samples with the same bytes and leaves out the others.

    Attributes:
        left_out: Those that were left out so far.
    """

    def __init__(self) -> None:
        self.left_out: list[Duplicate] = []
        self._first: dict[str, tuple[str, str | None, bytes]] = {}

    def keep(self, entries: Iterable[Entry], heading: str) -> Iterator[Entry]:
        """Yields the entries of which there has been none with the same bytes.

        Args:
            entries: In their order.
            heading: What a message about several of them begins with.

        Raises:
            FaultsError: At the end, naming each that has other labels than the first: which of
                them is right is not for convoy to say.
        """
        for entry in gather(heading, entries, self._check):
            if entry is not None:
                yield entry

    def _check(self, entry: Entry) -> Entry | None:
        own = (entry.path, entry.split, _digest(entry))
        first = self._first.setdefault(entry.sha256, own)
        if first is own:
            return entry
        path, split, labels = first
        if labels != own[2]:
            raise DataError(
                f"{entry.path}: the same as {path}, but with other labels; "
                "take out the one that is wrong, or both"
            )
        self.left_out.append(Duplicate(entry.path, entry.split, path, split))
        return None


def _digest(entry: Entry) -> bytes:
    """Of the labels; unlike them it is small where they are masks, and equal where they are NaN."""
    return hashlib.sha256(repr(sorted(entry.labels.items())).encode(errors="replace")).digest()


def write_duplicates(left_out: Iterable[Duplicate], folder: Path) -> None:
    """Writes which samples were left out, and for which others, to `duplicates.csv`."""
    rows = [(each.path, each.split, each.first, each.first_split) for each in left_out]
    table = pd.DataFrame(rows, columns=["path", "split", "same_as", "its_split"])
    write_csv(table, folder / DUPLICATES_FILE)
