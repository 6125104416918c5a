"""Cuts a folder or a table into chunks and reads them batch by batch."""

import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from components.core.errors import ConvoyError
from components.core.parquet import (
    NotParquetError,
    ParquetWriter,
    count_rows,
    read_batches,
    read_schema,
)
from components.core.parts import Sample
from components.core.reading import read_regular
from components.core.text_tables import is_table
from components.core.walking import DANGLING, NO_FILE, OUTSIDE, describe_left_out, readable, walk
from components.score.texts import ERROR, write_texts

BATCH_BYTES = 64 * 2**20
READ_BUFFER = 2**20  # without one, pyarrow reads a row group's column as a whole
TOLD = (DANGLING, OUTSIDE, NO_FILE)
LISTING_FILE = "listing.parquet"
TEXTS_FILE = "texts.parquet"
LISTING = pa.schema({"path": pa.string(), "file": pa.binary()})
TEXT = (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.null())
BINARY = (pa.binary(), pa.large_binary(), pa.null())


@dataclass(frozen=True)
class Chunk:
    """One row group of a parquet file that holds samples or the names of their files.

    Attributes:
        file: The parquet file.
        row_group: The number of the row group in it.
        start: The number of its first sample among all.
        samples: How many there are.
        folder: What the named files lie below; None where the file holds the samples.
        error: The column that says why there is no sample, if the file has one.
    """

    file: Path
    row_group: int
    start: int
    samples: int
    folder: Path | None = None
    error: str | None = None


@dataclass(frozen=True)
class Entry:
    """One sample, or the reason why it could not be read.

    Attributes:
        path: Relative to the folder, or as the table has it.
        sample: The encoded sample.
        error: None where there is a sample.
    """

    path: str | None
    sample: bytes = b""
    error: str | None = None


@dataclass(frozen=True)
class Batch:
    """Samples that are read together.

    Attributes:
        start: The number of the first one among all.
        entries: The samples.
    """

    start: int
    entries: Sequence[Entry]

    def __len__(self) -> int:
        return len(self.entries)


def list_chunks(
    source: Path, sample: Sample, scratch: Path, rows: int, left_out: Counter[str] | None = None
) -> list[Chunk]:
    """Finds the samples; none is read yet.

    The names of a folder's files are written to a table, and so are the texts of a CSV or JSON
    table, so a chunk is a few words whatever it holds.

    Args:
        source: A folder of files, a parquet file or a folder of parquet files; of texts also a
            CSV, TSV or JSON-lines file.
        sample: The kind of input.
        scratch: A folder for the table of names.
        rows: Names in one chunk.
        left_out: Counts, by reason, what is no sample.

    Raises:
        ConvoyError: When there is no sample, or a parquet file cannot be read or lacks a
            column.
    """
    source = source.resolve()
    if not source.exists():
        raise ConvoyError(f"{source}: not found")
    chunks: list[Chunk] = []
    start = 0
    left_out = Counter() if left_out is None else left_out
    tables = _tables(source, sample, scratch, rows, left_out)
    for file in tables.files:
        if tables.folder is None:
            _check_columns(file, sample)
        for row_group, samples in enumerate(count_rows(file)):
            chunks.append(Chunk(file, row_group, start, samples, tables.folder, tables.error))
            start += samples
    if not start:
        told = [f"no {sample.column} found", describe_left_out(left_out)]
        raise ConvoyError(f"{source}: {'; '.join(filter(None, told))}")
    return chunks


class _Tables(NamedTuple):
    """Parquet files, and what their chunks have of `Chunk`."""

    files: Sequence[Path]
    folder: Path | None = None
    error: str | None = None


def _tables(
    source: Path, sample: Sample, scratch: Path, rows: int, left_out: Counter[str]
) -> _Tables:
    """The parquet files of a source, or those that are made of it."""
    if sample.is_text and is_table(source):
        texts = scratch / TEXTS_FILE
        write_texts(source, sample, texts, rows)
        return _Tables([texts], error=ERROR)
    if not source.is_dir():
        return _Tables([source])
    files = find_files(source, sample, left_out)
    if (first := next(files, None)) is not None:
        listing = scratch / LISTING_FILE
        write_listing(source, itertools.chain([first], files), listing, rows)
        return _Tables([listing], source)
    tables = sorted(source.glob("*.parquet"))
    if tables:
        left_out.clear()
    return _Tables(tables)


def _check_columns(file: Path, sample: Sample) -> None:
    """Checks that a file has the samples and where they came from.

    Raises:
        ConvoyError: When it is no parquet file, or lacks a column or has one of a wrong type.
    """
    try:
        schema = read_schema(file)
    except NotParquetError:
        raise ConvoyError(f"{file}: neither a folder nor a parquet file") from None
    held = (*BINARY, *TEXT) if sample.is_text else BINARY
    for column, kinds in ((sample.path_column, TEXT), (sample.column, held)):
        if column not in schema.names:
            raise ConvoyError(f"{file}: has no column {column!r}, only {', '.join(schema.names)}")
        if (kind := schema.field(column).type) not in kinds:
            raise ConvoyError(f"{file}: the column {column} is {kind}; must be {kinds[0]}")


def find_files(folder: Path, sample: Sample, left_out: Counter[str]) -> Iterator[Path]:
    """Yields the files in and below a folder, sorted, that are samples by name or content.

    Those that are by name but lead out of the folder or nowhere, or are no regular files, are
    among them: the scores tell why they are not read.

    Args:
        folder: The folder.
        sample: The kind of input.
        left_out: Counts all others by reason.

    Raises:
        ConvoyError: When a folder may not be read.
    """
    for found in walk(folder, folder, sample.refuse):
        named = found.reason in TOLD and found.path.suffix.lower() in sample.suffixes
        if named or not found.reason:
            yield found.path
        else:
            left_out[found.reason] += 1


def write_listing(folder: Path, found: Iterator[Path], file: Path, rows: int) -> None:
    """Writes the names of a folder's files into a table, some rows a row group."""
    with ParquetWriter(file, LISTING) as writer:
        while group := list(itertools.islice(found, rows)):
            paths = [readable(each.relative_to(folder)) for each in group]
            files = [os.fsencode(each) for each in group]
            writer.write_table(pa.table({"path": paths, "file": files}, LISTING))


def read_chunk(chunk: Chunk, sample: Sample, at_once: int) -> Iterator[Batch]:
    """Reads a chunk, one batch ahead; a batch ends at so many samples and at 64 MiB."""
    batches = _read_in_turn(chunk, sample, at_once)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while batch := coming.result():
            coming = pool.submit(next, batches, None)
            yield batch


def _read_in_turn(chunk: Chunk, sample: Sample, at_once: int) -> Iterator[Batch]:
    start, entries, size = chunk.start, list[Entry](), 0
    for row in _read_rows(chunk, sample, at_once):
        entries.append(_read_entry(row, chunk, sample))
        size += len(entries[-1].sample)
        if len(entries) == at_once or size >= BATCH_BYTES:
            yield Batch(start, entries)
            start, entries, size = start + len(entries), [], 0
    if entries:
        yield Batch(start, entries)


def _read_rows(chunk: Chunk, sample: Sample, rows: int) -> Iterator[Mapping[str, Any]]:
    columns = [sample.path_column, sample.column] if chunk.folder is None else LISTING.names
    columns = [*columns, chunk.error] if chunk.error else columns
    for part in read_batches(chunk.file, rows, columns, chunk.row_group, READ_BUFFER):
        yield from part.to_pylist()


def _read_entry(row: Mapping[str, Any], chunk: Chunk, sample: Sample) -> Entry:
    if chunk.folder is not None:
        return _read_file(row["path"], Path(os.fsdecode(row["file"])), chunk.folder)
    path, data = row[sample.path_column], row[sample.column]
    if data is None:
        told = row[chunk.error] if chunk.error else None
        return Entry(path, error=told or f"has no {sample.column}")
    return Entry(path, data.encode() if isinstance(data, str) else data)


def _read_file(path: str, file: Path, folder: Path) -> Entry:
    try:
        return Entry(path, read_regular(file, folder))
    except OSError as error:
        return Entry(path, error=f"cannot be read: {error.strerror}")
