"""Reads a source of samples into the canonical parquet shards."""

import importlib
import itertools
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from components.core.block import PARAMS_FILE, describe_errors
from components.core.errors import ConvoyError, DataError
from components.core.files import staged_folder
from components.core.parts import Labels, Sample
from components.core.table import SPLITS, Record, table_schema
from components.core.task import Spec
from components.ingest import sources
from components.ingest.entries import Entry, make_entry, make_row
from components.ingest.incoming import read_incoming
from components.ingest.shards import ShardWriter
from components.ingest.sources.base import Source
from components.ingest.splitting import Splitter
from components.ingest.summary import IngestSummary, describe_left_out


def ingest(spec: Spec, out: Path) -> IngestSummary:
    """Reads the task's source, assigns splits and writes `<split>-<number>.parquet`.

    The batches in `data/incoming`, which bring their splits along, follow the source.

    The shards take the place of `out` when all are written; on an error it stays as it was.

    Args:
        spec: The task: its sample, its labels and the block `source` of its parameters.
        out: The folder of the shards.

    Raises:
        DataError: When the source is empty, has a sample that it cannot read, or assigns a
            split or labels that the table does not have.
        ConvoyError: When the source is unknown, absent or wrongly configured.
    """
    sample, labels = spec.sample, spec.labels
    source = load_source(spec.params["source"], f"{PARAMS_FILE}: tasks.{spec.name}.source")
    read = (make_entry(each, sample, labels) for each in show_progress(read_records(source)))
    kept = (make_entry(each, sample, labels) for each in read_incoming(spec.name, sample, labels))
    entries = itertools.chain(assign_splits(read, source), kept)
    with staged_folder(out) as folder:
        counts, shards = write_shards(entries, sample, labels, folder, source.rows_per_shard)
        if not counts:
            raise DataError(f"{source.path}: no sample found{describe_left_out(source.left_out())}")
        size = sum(file.stat().st_size for file in folder.iterdir())
    return IngestSummary(counts, shards, size, source.left_out())


def read_records(source: Source) -> Iterator[Record]:
    """Yields the samples of a source.

    Raises:
        DataError: When it cannot read one: to run again would not help.
    """
    try:
        yield from source.read()
    except ConvoyError as error:
        raise DataError(str(error)) from None


def load_source(values: Mapping[str, Any], prefix: str) -> Source:
    """Finds the source of a kind and gives it its parameters.

    Args:
        values: The block of the source; it has the keys of `SourceParams`.
        prefix: What a message begins with: where the block stands.

    Raises:
        ConvoyError: When no module has the kind's name, a key is wrong, or the path absent.
    """
    kind = values["kind"]
    modules = pkgutil.iter_modules(sources.__path__)
    kinds = [module.name for module in modules if not module.ispkg and module.name != "base"]
    if kind not in kinds:
        raise ConvoyError(f"{prefix}.kind: no source {kind!r}; there are {', '.join(kinds)}")
    module = importlib.import_module(f"{sources.__name__}.{kind}")
    try:
        source: Source = module.Source.model_validate(values)
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, prefix)) from None
    if not source.path.exists():
        raise ConvoyError(f"{prefix}.path: {source.path} not found")
    return source


def show_progress(records: Iterable[Record]) -> Iterator[Record]:
    """Passes the records on and counts them on the terminal, if there is one."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} samples"), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield from bar.track(records)


def assign_splits(entries: Iterable[Entry], source: Source) -> Iterator[Entry]:
    """Yields each entry with its split.

    The source's own split is kept, but for training samples out of which the source wants
    missing splits to be carved. Shares are then those of `source.splits`, scaled to sum to 1.

    Raises:
        ConvoyError: When a share is too small.
    """
    shares = source.splits.model_dump()
    splitter = Splitter(shares, source.split_seed)
    learnt = ("train", *source.missing_splits())
    carver = Splitter({name: shares[name] for name in learnt}, source.split_seed)
    for entry in entries:
        if entry.split is None:
            yield replace(entry, split=splitter.assign(entry.stratum))
        elif entry.split == "train":
            yield replace(entry, split=carver.assign(entry.stratum))
        else:
            yield entry


def write_shards(
    entries: Iterable[Entry], sample: Sample, labels: Labels, folder: Path, rows_per_shard: int
) -> tuple[Counter[tuple[str, str]], int]:
    """Writes entries that have a split into the shards of it.

    Returns:
        The number of samples of each stratum and split, and the number of shards.

    Raises:
        DataError: When a label is not of its column's type.
    """
    schema = table_schema(sample, labels)
    counts: Counter[tuple[str, str]] = Counter()
    try:
        with ExitStack() as stack:
            writers = {
                split: stack.enter_context(
                    ShardWriter(folder, split, schema, sample.column, rows_per_shard)
                )
                for split in SPLITS
            }
            for entry in entries:
                split = str(entry.split)
                writers[split].write(make_row(entry, sample))
                counts[entry.stratum, split] += 1
    except pa.ArrowException as error:
        raise DataError(f"a label does not fit its column: {error}") from None
    return counts, sum(writer.shards for writer in writers.values())
