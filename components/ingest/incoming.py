"""Batches of labelled samples that came after the source, in the order of their arrival."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from components.core.errors import ConvoyError
from components.core.incoming import incoming_folder, list_batches
from components.core.parts import Labels, Sample
from components.core.table import Record

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
        ConvoyError: When a shard is missing, is unreadable or lacks a column.
    """
    for batch in list_batches(name):
        for file in sorted(batch.glob("*.parquet")):
            yield from _read_shard(file, sample, labels)


def _read_shard(file: Path, sample: Sample, labels: Labels) -> Iterator[Record]:
    try:
        for rows in pq.ParquetFile(file).iter_batches(ROWS):
            for row in rows.to_pylist():
                values = {label: row[label] for label in labels.columns()}
                yield Record(row[sample.column], row[sample.path_column], values, row["split"])
    except KeyError as error:
        raise ConvoyError(f"{file}: the column {error} is missing") from None
    except (pa.ArrowException, OSError) as error:
        raise ConvoyError(f"{file}: cannot be read as parquet: {error}") from None
