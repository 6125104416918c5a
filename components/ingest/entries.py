"""Samples on their way from a source into the table."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from components.core.errors import DataError
from components.core.parts import Labels, Sample
from components.core.table import GROUP, SPLITS, Record


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
        cleaned: What was left out of its labels, a line each.
        group: What it has in common with others of the same split; None where it has nothing.
    """

    path: str
    inspected: Mapping[str, Any]
    sha256: str
    labels: Mapping[str, Any]
    stratum: str
    split: str | None
    cleaned: Sequence[str] = ()
    group: str | None = None


def make_entry(record: Record, sample: Sample, labels: Labels) -> Entry:
    """Checks what a source says of a sample and looks into the sample.

    Blanks around labels are no part of them; of one that is nothing else, nothing stays.

    Raises:
        DataError: When its split or its set of labels is not one that the table knows.
    """
    check_record(record, labels)
    values = {name: _strip(value) for name, value in record.labels.items()}
    inspected = sample.inspect(record.sample)
    return Entry(
        path=record.path,
        inspected=inspected,
        sha256=hashlib.sha256(inspected[sample.column]).hexdigest(),
        labels=values,
        stratum=labels.stratum(values),
        split=record.split,
        group=record.group or labels.group(values),
    )


def clean_labels(entry: Entry, labels: Labels) -> Entry:
    """An entry without those parts of its labels that nothing can be learnt from."""
    values, cleaned = labels.clean(entry.labels)
    return replace(entry, labels=values, cleaned=cleaned) if cleaned else entry


def _strip(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def check_record(record: Record, labels: Labels) -> None:
    """Checks what a source says of a sample.

    Raises:
        DataError: When its split or its set of labels is not one that the table knows.
    """
    if record.split not in (None, *SPLITS):
        raise DataError(
            f"{record.path}: unknown split {record.split!r}; there are {', '.join(SPLITS)}"
        )
    if fault := describe_misfit(record.labels.keys(), labels):
        raise DataError(f"{record.path}: the source {fault}")


def describe_misfit(given: Collection[str], labels: Labels) -> str:
    """Says that labels are not those that a task learns; nothing where they are.

    Args:
        given: The names of their columns.
        labels: The label columns of the task, some of which may be optional.
    """
    columns, optional = labels.columns().keys(), sorted(labels.optional())
    required = [name for name in columns if name not in optional]
    if {*required} <= {*given} <= columns:
        return ""
    learnt = ", ".join(required) + (f" and, if given, {', '.join(optional)}" if optional else "")
    return f"gives the labels {', '.join(sorted(given)) or 'none'}; the task learns {learnt}"


def make_row(entry: Entry, sample: Sample) -> dict[str, Any]:
    """The row of the canonical table for an entry."""
    return {
        **entry.inspected,
        sample.path_column: entry.path,
        "sha256": entry.sha256,
        "split": entry.split,
        GROUP: entry.group,
        **entry.labels,
    }
