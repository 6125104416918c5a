"""Samples on their way from a source into the table."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.core.errors import DataError
from components.core.parts import Labels, Sample
from components.core.table import SPLITS, Record


@dataclass(frozen=True)
class Entry:
    """A row in the making; its sample has been looked into, once for all that follows.

    Attributes:
        path: Where it came from, relative to its source.
        inspected: What `Sample.inspect` says of it.
        sha256: Of its encoded bytes as the table holds them.
        labels: The label columns.
        stratum: The group whose share is kept equal in every split.
        split: One of `SPLITS`; None while it has none.
    """

    path: str
    inspected: Mapping[str, Any]
    sha256: str
    labels: Mapping[str, Any]
    stratum: str
    split: str | None


def make_entry(record: Record, sample: Sample, labels: Labels) -> Entry:
    """Checks what a source says of a sample and looks into the sample.

    Raises:
        DataError: When its split or its set of labels is not one that the table knows.
    """
    check_record(record, labels)
    inspected = sample.inspect(record.sample)
    return Entry(
        path=record.path,
        inspected=inspected,
        sha256=hashlib.sha256(inspected[sample.column]).hexdigest(),
        labels=record.labels,
        stratum=labels.stratum(record.labels),
        split=record.split,
    )


def check_record(record: Record, labels: Labels) -> None:
    """Checks what a source says of a sample.

    Raises:
        DataError: When its split or its set of labels is not one that the table knows.
    """
    if record.split not in (None, *SPLITS):
        raise DataError(
            f"{record.path}: unknown split {record.split!r}; there are {', '.join(SPLITS)}"
        )
    columns = labels.columns()
    if not columns.keys() - labels.optional() <= record.labels.keys() <= columns.keys():
        raise DataError(
            f"{record.path}: the source gives the labels {', '.join(record.labels) or 'none'}"
            f"; the task learns {', '.join(columns)}"
        )


def make_row(entry: Entry, sample: Sample) -> dict[str, Any]:
    """The row of the canonical table for an entry."""
    return {
        **entry.inspected,
        sample.path_column: entry.path,
        "sha256": entry.sha256,
        "split": entry.split,
        **entry.labels,
    }
