"""Batches of labelled samples that came after the source, in the order of their arrival."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from components.core.errors import DataError
from components.core.incoming import incoming_folder, list_batches
from components.core.parquet import read_batches, read_schema
from components.core.parts import Labels, Sample
from components.core.table import GROUP, SPLITS, Record, check_schema, table_schema

KEEP_FILE = ".gitkeep"
ROWS = 256


def make_folders(tasks: Iterable[str]) -> None:
    """Makes the folder of each task, with a file by which git keeps it: DVC wants it there."""
    for task in tasks:
        file = incoming_folder(task) / KEEP_FILE
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()


def read_incoming(name: str, sample: Sample, labels: Labels) -> Iterator[Record]:
    """Yields each sample of the batches with its split, as they were appended.

    Args:
        name: The task's name.
        sample: The kind of input.
        labels: The label columns.

    Raises:
        ConvoyError: When a shard is unreadable, lacks a column, or has a row without a sample
            or a split.
    """
    for batch in list_batches(name):
        for file in sorted(batch.glob("*.parquet")):
            yield from _read_shard(file, sample, labels)


def _read_shard(file: Path, sample: Sample, labels: Labels) -> Iterator[Record]:
    names = [sample.column, sample.path_column, *labels.columns(), "split"]
    schema, found = table_schema(sample, labels), read_schema(file)
    names += [GROUP] if GROUP in found.names else []  # earlier releases knew none
    check_schema(file, found, pa.schema([schema.field(name) for name in names]))
    batches = read_batches(file, ROWS, names)
    rows = (row for batch in batches for row in batch.to_pylist())
    for number, row in enumerate(rows):
        if row[sample.column] is None:
            raise DataError(f"{file}: row {number}: has no {sample.column}")
        if row["split"] not in SPLITS:
            raise DataError(f"{file}: row {number}: its split must be one of {', '.join(SPLITS)}")
        values = {label: row[label] for label in labels.columns()}
        path, split, group = row[sample.path_column], row["split"], row.get(GROUP)
        yield Record(row[sample.column], path, values, split, group)
