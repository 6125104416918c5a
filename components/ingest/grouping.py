"""What samples have in common, so that they must not be divided among splits."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from components.core.errors import DataError
from components.core.parquet import read_batches, read_schema
from components.core.table import GROUP, Record
from components.ingest.params import SourceParams

ROWS = 65_536


def name_groups(records: Iterable[Record], source: SourceParams) -> Iterator[Record]:
    """Yields the samples, each with the group that `source.group` finds in its path.

    Raises:
        DataError: When it finds none: that sample could be of any.
    """
    for record in records:
        yield record if source.group is None else replace(record, group=_find(record, source.group))


def _find(record: Record, pattern: re.Pattern[str]) -> str:
    found = pattern.search(record.path)
    name = found and found[min(pattern.groups, 1)]
    if not name:
        raise DataError(f"{record.path}: source.group, {pattern.pattern!r}, finds no group in it")
    return name


def read_groups(files: Iterable[Path]) -> dict[str, str]:
    """The split of each group in some shards; those of earlier releases know none."""
    groups: dict[str, str] = {}
    for file in files:
        if GROUP in read_schema(file).names:
            for batch in read_batches(file, ROWS, [GROUP, "split"]):
                groups |= {row[GROUP]: row["split"] for row in batch.to_pylist() if row[GROUP]}
    return groups
