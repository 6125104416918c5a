"""Reads a source of samples into the canonical parquet shards."""

import importlib
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
from components.core.incoming import incoming_folder
from components.core.names import describe_unknown, suggest_path
from components.core.parts import Labels, Sample
from components.core.table import SPLITS, Record, table_schema
from components.core.task import Spec
from components.core.walking import describe_left_out
from components.ingest import sources
from components.ingest.duplicates import FirstOnes, write_duplicates
from components.ingest.entries import Entry, clean_labels, describe_misfit, make_entry, make_row
from components.ingest.grouping import name_groups
from components.ingest.incoming import read_incoming
from components.ingest.params import IngestChecks
from components.ingest.shards import ShardWriter
from components.ingest.sources.base import Source
from components.ingest.splitting import Splitter
from components.ingest.summary import IngestSummary, write_cleaned


def ingest(spec: Spec, out: Path, report: Path | None = None) -> IngestSummary:
    """Reads the task's source, assigns splits and writes `<split>-<number>.parquet`.

    The batches in `data/incoming`, which bring their splits along, follow the source.

    The shards take the place of `out` when all are written; on an error it stays as it was.

    Args:
        spec: The task: its sample, its labels and the block `source` of its parameters.
        out: The folder of the shards.
        report: A folder to replace, which gets `duplicates.csv`: the samples that
            `checks.duplicates` has left out; and `cleaned.csv`: what was left out of labels.

    Raises:
        DataError: When the source is empty, has a sample that it cannot read, or assigns a
            split or labels that the table does not have.
        ConvoyError: When the source is unknown, absent or wrongly configured.
    """
    sample, labels = spec.sample, spec.labels
    place = f"{PARAMS_FILE}: tasks.{spec.name}.source"
    source = load_source(spec.params["source"], place, spec)
    first = FirstOnes()
    cleaned: list[tuple[str, str]] = []
    entries = note_cleaned(read_entries(spec, source, first), cleaned)
    with staged_folder(out) as folder:
        counts, shards = write_shards(entries, sample, labels, folder, source.rows_per_shard)
        if not counts:
            told = ["no sample found", describe_left_out(source.left_out())]
            raise DataError(f"{source.path}: {'; '.join(filter(None, told))}")
        size = sum(file.stat().st_size for file in folder.iterdir())
    if report is not None:
        with staged_folder(report) as folder:
            write_duplicates(first.left_out, folder)
            write_cleaned(cleaned, folder)
    left_out = source.left_out()
    return IngestSummary(counts, shards, size, left_out, first.left_out, len(cleaned), report)


def read_entries(spec: Spec, source: Source, first: FirstOnes) -> Iterator[Entry]:
    """Yields the samples of the source and of the batches after it, each with its split.

    Args:
        spec: The task.
        source: Its source.
        first: What leaves out duplicates, if that is asked for.

    Raises:
        DataError: When there is a sample that cannot be taken in.
    """
    sample, labels = spec.sample, spec.labels
    records = show_progress(read_records(source))
    read: Iterator[Entry] = (make_entry(each, sample, labels) for each in records)
    batches = read_incoming(spec.name, sample, labels)
    kept: Iterator[Entry] = (make_entry(each, sample, labels) for each in batches)
    checks = spec.block("checks", IngestChecks)
    if checks.broken_labels == "drop":
        read = (clean_labels(each, labels) for each in read)
        kept = (clean_labels(each, labels) for each in kept)
    if checks.duplicates == "keep_first":
        read = first.keep(read, str(source.path))
        kept = first.keep(kept, str(incoming_folder(spec.name)))
    yield from assign_splits(read, source)
    yield from kept


def note_cleaned(entries: Iterable[Entry], cleaned: list[tuple[str, str]]) -> Iterator[Entry]:
    """Passes entries on and notes what was left out of their labels, with the samples' paths."""
    for entry in entries:
        cleaned += [(entry.path, what) for what in entry.cleaned]
        yield entry


def read_records(source: Source) -> Iterator[Record]:
    """Yields the samples of a source, each with its group if `source.group` finds one.

    Raises:
        DataError: When it cannot read one, or finds no group: to run again would not help.
    """
    try:
        yield from name_groups(source.read(), source)
    except DataError:
        raise
    except ConvoyError as error:
        raise DataError(str(error)) from None


def load_source(values: Mapping[str, Any], prefix: str, spec: Spec | None = None) -> Source:
    """Finds the source of a kind and gives it its parameters.

    Args:
        values: The block of the source; it has the keys of `SourceParams`.
        prefix: What a message begins with: where the block stands.
        spec: The task that is to learn from it, if there is one.

    Raises:
        ConvoyError: When no module has the kind's name, its samples are of another kind or have
            other labels, a key is wrong, or the path absent.
    """
    kind = find_source(values["kind"], prefix)
    if spec is not None:
        check_fit(kind, spec.sample, spec.labels, f"{prefix}.kind")
    try:
        source = kind.model_validate(values)
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, prefix, kind)) from None
    if not source.path.exists():
        near = suggest_path(source.path)
        raise ConvoyError(f"{prefix}.path: {source.path} not found{near}")
    return source


def find_source(kind: str, prefix: str) -> type[Source]:
    """The class of the sources of a kind.

    Args:
        kind: The name of a module of `components/ingest/sources`.
        prefix: What a message begins with: where the block stands.

    Raises:
        ConvoyError: When no module has that name.
    """
    kinds = list_kinds()
    if kind not in kinds:
        raise ConvoyError(f"{prefix}.kind: {describe_unknown('source', kind, kinds)}")
    return _import_source(kind)


def list_kinds() -> list[str]:
    """The kinds of sources that there are."""
    modules = pkgutil.iter_modules(sources.__path__)
    return [module.name for module in modules if not module.ispkg and module.name != "base"]


def _import_source(kind: str) -> type[Source]:
    found: type[Source] = importlib.import_module(f"{sources.__name__}.{kind}").Source
    return found


def check_fit(kind: type[Source], sample: Sample, labels: Labels, place: str) -> None:
    """Checks that a source has the samples and the labels that a task learns.

    Args:
        kind: The class of the source; the labels of one that does not say what it gives are not
            checked.
        sample: The kind of input of the task.
        labels: The label columns of the task.
        place: What a message begins with.

    Raises:
        ConvoyError: When it has others; names the kinds of sources that fit.
    """
    if not (fault := describe_unfit(kind, sample, labels)):
        return
    others = {name: _import_source(name) for name in list_kinds()}
    fit = [
        name
        for name, each in others.items()
        if each.gives and not describe_unfit(each, sample, labels)
    ]
    told = f", which {', '.join(fit)} give" if fit else ""
    raise ConvoyError(f"{place}: {kind.__module__.rpartition('.')[2]} {fault}{told}")


def describe_unfit(kind: type[Source], sample: Sample, labels: Labels) -> str:
    """Says that a source has other samples or labels than a task learns; nothing where not."""
    if kind.brings.column != sample.column:
        return f"gives samples of the kind {kind.brings.column}; the task learns {sample.column}"
    return "" if kind.gives is None else describe_misfit(kind.gives, labels)


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
            yield replace(entry, split=splitter.assign(entry.stratum, entry.group))
        elif entry.split == "train":
            yield replace(entry, split=carver.assign(entry.stratum, entry.group))
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
        raise DataError(f"labels: a label does not fit its column: {error}") from None
    return counts, sum(writer.shards for writer in writers.values())
