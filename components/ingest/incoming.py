"""Batches of labelled images that came after the source, in the order of their arrival."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from components.core.errors import ConvoyError
from components.core.table import Record
from pipelines.tasks.base import Task

INCOMING = Path("data/incoming")
KEEP_FILE = ".gitkeep"
ROWS = 256


def incoming_folder(task: str) -> Path:
    """The batches of a task, each a folder of parquet shards named `<number>-<hash>`."""
    return INCOMING / task


def make_folders(tasks: Iterable[str]) -> None:
    """Makes the folder of each task, with a file by which git keeps it: DVC wants it there."""
    for task in tasks:
        file = incoming_folder(task) / KEEP_FILE
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()


def list_batches(task: str) -> list[Path]:
    """The folders of the batches of a task, the oldest first.

    Raises:
        ConvoyError: When DVC tracks a batch that is not here.
    """
    folder = incoming_folder(task)
    for tracked in sorted(folder.glob("*.dvc")):
        if not tracked.with_suffix("").is_dir():
            raise ConvoyError(f"{tracked.with_suffix('')}: not here; run: dvc pull {tracked}")
    visible = (child for child in folder.glob("*") if not child.name.startswith("."))
    return sorted(child for child in visible if child.is_dir())


def read_batches(name: str, task: Task) -> Iterator[tuple[Record, str, str]]:
    """Yields each image of the batches with its stratum and its split, as they were appended.

    Args:
        name: The task's name.
        task: The task, which names the label columns.

    Raises:
        ConvoyError: When a shard is missing, is unreadable or lacks a column.
    """
    for batch in list_batches(name):
        for file in sorted(batch.glob("*.parquet")):
            yield from _read_shard(file, task)


def _read_shard(file: Path, task: Task) -> Iterator[tuple[Record, str, str]]:
    labels = list(task.label_columns())
    try:
        for rows in pq.ParquetFile(file).iter_batches(ROWS):
            for row in rows.to_pylist():
                values = {label: row[label] for label in labels}
                record = Record(row["image"], row["image_path"], values)
                yield record, task.stratum(values), row["split"]
    except KeyError as error:
        raise ConvoyError(f"{file}: the column {error} is missing") from None
    except (pa.ArrowException, OSError) as error:
        raise ConvoyError(f"{file}: cannot be read as parquet: {error}") from None
