"""Cuts a folder or a parquet table into chunks and reads them batch by batch."""

import itertools
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from components.core.errors import ConvoyError
from components.core.parts import Sample

BATCH_BYTES = 64 * 2**20
READ_BUFFER = 2**20  # without one, pyarrow reads a row group's column as a whole
LISTING_FILE = "listing.parquet"
LISTING = pa.schema({"path": pa.string(), "file": pa.binary()})


@dataclass(frozen=True)
class Chunk:
    """One row group of a parquet file that holds samples or the names of their files.

    Attributes:
        file: The parquet file.
        row_group: The number of the row group in it.
        start: The number of its first sample among all.
        samples: How many there are.
    """

    file: Path
    row_group: int
    start: int
    samples: int


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


def list_chunks(source: Path, sample: Sample, scratch: Path, rows: int) -> list[Chunk]:
    """Finds the samples; none is read yet.

    The names of a folder's files are written to a table, so a chunk is a few words
    whatever it holds.

    Args:
        source: A folder of files, a parquet file or a folder of parquet files.
        sample: The kind of input.
        scratch: A folder for the table of names.
        rows: Names in one chunk.

    Raises:
        ConvoyError: When there is no sample, or a parquet file cannot be read or lacks a
            column.
    """
    source = source.resolve()
    if not source.exists():
        raise ConvoyError(f"{source}: not found")
    chunks: list[Chunk] = []
    start = 0
    for file in _tables(source, sample, scratch, rows):
        for row_group, samples in enumerate(_row_groups(file, sample)):
            chunks.append(Chunk(file, row_group, start, samples))
            start += samples
    if not start:
        raise ConvoyError(f"{source}: no {sample.column} found")
    return chunks


def _tables(source: Path, sample: Sample, scratch: Path, rows: int) -> list[Path]:
    if not source.is_dir():
        return [source]
    names = walk_files(source, sample.suffixes)
    if (first := next(names, None)) is None:
        return sorted(source.glob("*.parquet"))
    listing = scratch / LISTING_FILE
    write_listing(source, itertools.chain([first], names), listing, rows)
    return [listing]


def _columns(file: Path, sample: Sample) -> Sequence[str]:
    """Those of the path and of the sample, or of the name of its file."""
    return LISTING.names if file.name == LISTING_FILE else (sample.path_column, sample.column)


def _row_groups(file: Path, sample: Sample) -> list[int]:
    """The number of rows in each row group.

    Raises:
        ConvoyError: When it is no parquet file or has neither samples nor their names.
    """
    try:
        table = pq.ParquetFile(file)
    except pa.ArrowInvalid:
        raise ConvoyError(f"{file}: neither a folder nor a parquet file") from None
    with table:
        names = table.schema_arrow.names
        for column in _columns(file, sample):
            if column not in names:
                raise ConvoyError(f"{file}: has no column {column!r}, only {', '.join(names)}")
        metadata = table.metadata
        return [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]


def walk_files(folder: Path, suffixes: Collection[str], prefix: str = "") -> Iterator[str]:
    """Yields the paths of the visible files in and below a folder, sorted.

    Only the names of one folder are held at a time. Linked folders are not entered.

    Args:
        folder: The folder.
        suffixes: What the names of the files end in, lower case.
        prefix: What the paths begin with.

    Raises:
        ConvoyError: When a folder may not be read.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    except OSError as error:
        raise ConvoyError(f"{folder}: {error.strerror}") from None
    for name, is_folder in entries:
        if is_folder:
            yield from walk_files(folder / name, suffixes, f"{prefix}{name}/")
        elif Path(name).suffix.lower() in suffixes and not name.startswith("."):
            yield prefix + name


def write_listing(folder: Path, names: Iterator[str], file: Path, rows: int) -> None:
    """Writes the names of a folder's files into a table, some rows a row group."""
    with pq.ParquetWriter(file, LISTING) as writer:
        while group := list(itertools.islice(names, rows)):
            paths = [os.fsencode(name).decode(errors="replace") for name in group]
            files = [os.fsencode(folder / name) for name in group]
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
        entries.append(_read_entry(row, sample))
        size += len(entries[-1].sample)
        if len(entries) == at_once or size >= BATCH_BYTES:
            yield Batch(start, entries)
            start, entries, size = start + len(entries), [], 0
    if entries:
        yield Batch(start, entries)


def _read_rows(chunk: Chunk, sample: Sample, rows: int) -> Iterator[Mapping[str, Any]]:
    columns = list(_columns(chunk.file, sample))
    with pq.ParquetFile(chunk.file, buffer_size=READ_BUFFER) as table:
        for part in table.iter_batches(rows, [chunk.row_group], columns):
            yield from part.to_pylist()


def _read_entry(row: Mapping[str, Any], sample: Sample) -> Entry:
    if "file" in row:
        return _read_file(row["path"], Path(os.fsdecode(row["file"])))
    path, data = row[sample.path_column], row[sample.column]
    return Entry(path, error=f"has no {sample.column}") if data is None else Entry(path, data)


def _read_file(path: str, file: Path) -> Entry:
    try:
        return Entry(path, file.read_bytes())
    except OSError as error:
        return Entry(path, error=f"cannot be read: {error.strerror}")
