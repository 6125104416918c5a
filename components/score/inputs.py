"""Cuts a folder or a parquet table into chunks and reads them batch by batch."""

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from components.core.errors import ConvoyError
from components.ingest.sources.image_folder import SUFFIXES

BATCH_BYTES = 64 * 2**20
READ_BUFFER = 2**20  # without one, pyarrow reads a row group's column as a whole
LISTING_FILE = "listing.parquet"
LISTING = pa.schema({"image_path": pa.string(), "file": pa.binary()})
TABLE_COLUMNS = ("image_path", "image")


@dataclass(frozen=True)
class Chunk:
    """One row group of a parquet file that holds images or the names of image files.

    Attributes:
        file: The parquet file.
        row_group: The number of the row group in it.
        start: The number of its first image among all.
        images: How many there are.
    """

    file: Path
    row_group: int
    start: int
    images: int


@dataclass(frozen=True)
class Entry:
    """One image, or the reason why it could not be read.

    Attributes:
        image_path: Relative to the folder, or as the table has it.
        image: The encoded image.
        error: None where there is an image.
    """

    image_path: str | None
    image: bytes = b""
    error: str | None = None


@dataclass(frozen=True)
class Batch:
    """Images that are read together.

    Attributes:
        start: The number of the first one among all.
        entries: The images.
    """

    start: int
    entries: Sequence[Entry]

    def __len__(self) -> int:
        return len(self.entries)


def list_chunks(source: Path, scratch: Path, rows: int) -> list[Chunk]:
    """Finds the images; none is read yet.

    The names of a folder's images are written to a table, so a chunk is a few words
    whatever it holds.

    Args:
        source: A folder of images, a parquet file or a folder of parquet files.
        scratch: A folder for the table of names.
        rows: Names in one chunk.

    Raises:
        ConvoyError: When there is no image, or a parquet file cannot be read or lacks a
            column.
    """
    source = source.resolve()
    if not source.exists():
        raise ConvoyError(f"{source}: not found")
    chunks: list[Chunk] = []
    start = 0
    for file in _tables(source, scratch, rows):
        for row_group, images in enumerate(_row_groups(file)):
            chunks.append(Chunk(file, row_group, start, images))
            start += images
    if not start:
        raise ConvoyError(f"{source}: no image found")
    return chunks


def _tables(source: Path, scratch: Path, rows: int) -> list[Path]:
    if not source.is_dir():
        return [source]
    if next(walk_images(source), None) is None:
        return sorted(source.glob("*.parquet"))
    return [write_listing(source, scratch / LISTING_FILE, rows)]


def _row_groups(file: Path) -> list[int]:
    """The number of rows in each row group.

    Raises:
        ConvoyError: When it is no parquet file or has neither images nor their names.
    """
    try:
        table = pq.ParquetFile(file)
    except pa.ArrowInvalid:
        raise ConvoyError(f"{file}: neither a folder nor a parquet file") from None
    with table:
        columns = table.schema_arrow.names
        for column in LISTING.names if file.name == LISTING_FILE else TABLE_COLUMNS:
            if column not in columns:
                raise ConvoyError(f"{file}: has no column {column!r}, only {', '.join(columns)}")
        metadata = table.metadata
        return [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]


def walk_images(folder: Path, prefix: str = "") -> Iterator[str]:
    """Yields the paths of the visible image files in and below a folder, sorted.

    They are those of `image_folder.list_images` in the same order, but only the names of one
    folder are held at a time. Linked folders are not entered.

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
            yield from walk_images(folder / name, f"{prefix}{name}/")
        elif Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
            yield prefix + name


def write_listing(folder: Path, file: Path, rows: int) -> Path:
    """Writes the names of a folder's images into a table, some rows a row group."""
    with pq.ParquetWriter(file, LISTING) as writer:
        names = walk_images(folder)
        while group := list(itertools.islice(names, rows)):
            paths = [os.fsencode(name).decode(errors="replace") for name in group]
            files = [os.fsencode(folder / name) for name in group]
            writer.write_table(pa.table({"image_path": paths, "file": files}, LISTING))
    return file


def read_batches(chunk: Chunk, images: int) -> Iterator[Batch]:
    """Reads a chunk, one batch ahead; a batch has at most so many images and ends at 64 MiB."""
    batches = _read_in_turn(chunk, images)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while batch := coming.result():
            coming = pool.submit(next, batches, None)
            yield batch


def _read_in_turn(chunk: Chunk, images: int) -> Iterator[Batch]:
    start, entries, size = chunk.start, list[Entry](), 0
    for row in _read_rows(chunk, images):
        entries.append(_read_entry(row))
        size += len(entries[-1].image)
        if len(entries) == images or size >= BATCH_BYTES:
            yield Batch(start, entries)
            start, entries, size = start + len(entries), [], 0
    if entries:
        yield Batch(start, entries)


def _read_rows(chunk: Chunk, rows: int) -> Iterator[Mapping[str, Any]]:
    columns = LISTING.names if chunk.file.name == LISTING_FILE else TABLE_COLUMNS
    with pq.ParquetFile(chunk.file, buffer_size=READ_BUFFER) as table:
        for part in table.iter_batches(rows, [chunk.row_group], columns):
            yield from part.to_pylist()


def _read_entry(row: Mapping[str, Any]) -> Entry:
    path = row["image_path"]
    try:
        image = Path(os.fsdecode(row["file"])).read_bytes() if "file" in row else row["image"]
    except OSError as error:
        return Entry(path, error=f"cannot be read: {error.strerror}")
    return Entry(path, error="has no image") if image is None else Entry(path, image)
