"""Reads a source of images into the canonical parquet shards."""

import hashlib
import importlib
import itertools
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from components.core.block import PARAMS_FILE, describe_errors
from components.core.errors import ConvoyError
from components.core.files import staged_folder
from components.core.images import inspect_image
from components.core.table import SPLITS, Record, table_schema
from components.ingest import sources
from components.ingest.incoming import read_batches
from components.ingest.params import SourceParams
from components.ingest.shards import ShardWriter
from components.ingest.sources.base import Source
from components.ingest.splitting import Splitter
from components.ingest.summary import IngestSummary
from pipelines.params import TaskParams
from pipelines.tasks.base import Task


def ingest(task: Task, params: TaskParams, out: Path) -> IngestSummary:
    """Reads the task's source, assigns splits and writes `<split>-<number>.parquet`.

    The batches in `data/incoming`, which bring their splits along, follow the source.

    The shards take the place of `out` when all are written; on an error it stays as it was.
    Prints a table of what was read.

    Args:
        task: The task, which names the label columns and the stratum of an image.
        params: The task's parameters.
        out: The folder of the shards; its name is the task's.

    Raises:
        ConvoyError: When the source is unknown, absent, empty or wrongly configured, or
            assigns a split or labels that the table does not have.
    """
    source = load_source(params.source, f"{PARAMS_FILE}: tasks.{out.name}.source")
    records = assign_splits(show_progress(source.read()), source, task, params.seed)
    every = itertools.chain(records, read_batches(out.name, task))
    with staged_folder(out) as folder:
        images, shards = write_shards(every, task, folder, source.rows_per_shard)
        if not images:
            raise ConvoyError(f"{source.path}: no image found")
        size = sum(file.stat().st_size for file in folder.iterdir())
    summary = IngestSummary(images, shards, size)
    Console().print(summary.table(str(out)))
    return summary


def load_source(params: SourceParams, prefix: str) -> Source:
    """Finds the source of a kind and gives it its parameters.

    Args:
        params: The block of the source.
        prefix: What a message begins with: where the block stands.

    Raises:
        ConvoyError: When no module has the kind's name, a key is wrong, or the path absent.
    """
    modules = pkgutil.iter_modules(sources.__path__)
    kinds = [module.name for module in modules if not module.ispkg and module.name != "base"]
    if params.kind not in kinds:
        raise ConvoyError(f"{prefix}.kind: no source {params.kind!r}; there are {', '.join(kinds)}")
    module = importlib.import_module(f"{sources.__name__}.{params.kind}")
    try:
        source: Source = module.Source.model_validate(params.model_dump())
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, prefix)) from None
    if not source.path.exists():
        raise ConvoyError(f"{prefix}.path: {source.path} not found")
    return source


def show_progress(records: Iterable[Record]) -> Iterator[Record]:
    """Passes the records on and counts them on the terminal, if there is one."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} images"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield from bar.track(records)


def assign_splits(
    records: Iterable[Record], source: Source, task: Task, seed: int
) -> Iterator[tuple[Record, str, str]]:
    """Yields each record with its stratum and its split.

    The source's own split is kept, but for training images out of which the source wants
    missing splits to be carved. Shares are then those of `source.splits`, scaled to sum to 1.

    Raises:
        ConvoyError: When the source assigns an unknown split or a share is too small.
    """
    shares = source.splits.model_dump()
    splitter = Splitter(shares, seed)
    missing = source.missing_splits()
    carver = Splitter({name: shares[name] for name in ("train", *missing)}, seed)
    for record in records:
        check_record(record, task)
        stratum = task.stratum(record.labels)
        if record.split is None:
            yield record, stratum, splitter.assign(stratum)
        elif record.split == "train":
            yield record, stratum, carver.assign(stratum)
        else:
            yield record, stratum, record.split


def check_record(record: Record, task: Task) -> None:
    """Checks what a source says of an image.

    Raises:
        ConvoyError: When its split or its set of labels is not one that the table knows.
    """
    if record.split not in (None, *SPLITS):
        raise ConvoyError(
            f"{record.image_path}: unknown split {record.split!r}; there are {', '.join(SPLITS)}"
        )
    columns = task.label_columns()
    if not columns.keys() - task.optional_columns() <= record.labels.keys() <= columns.keys():
        raise ConvoyError(
            f"{record.image_path}: the source gives the labels {', '.join(record.labels) or 'none'}"
            f"; the task learns {', '.join(columns)}"
        )


def write_shards(
    records: Iterable[tuple[Record, str, str]], task: Task, folder: Path, rows_per_shard: int
) -> tuple[Counter[tuple[str, str]], int]:
    """Writes records with stratum and split into the shards of each split.

    Returns:
        The number of images of each stratum and split, and the number of shards.

    Raises:
        ConvoyError: When a label is not of its column's type.
    """
    schema = table_schema(task.label_columns())
    writers = {name: ShardWriter(folder, name, schema, rows_per_shard) for name in SPLITS}
    images: Counter[tuple[str, str]] = Counter()
    try:
        with ExitStack() as stack:
            for writer in writers.values():
                stack.enter_context(writer)
            for record, stratum, split in records:
                writers[split].write(make_row(record, split))
                images[stratum, split] += 1
    except pa.ArrowException as error:
        raise ConvoyError(f"a label does not fit its column: {error}") from None
    return images, sum(writer.shards for writer in writers.values())


def make_row(record: Record, split: str) -> Mapping[str, Any]:
    """The row of the canonical table for a record."""
    inspected = inspect_image(record.image)
    return {
        **vars(inspected),
        "image_path": record.image_path,
        "sha256": hashlib.sha256(inspected.image).hexdigest(),
        "split": split,
        **record.labels,
    }
