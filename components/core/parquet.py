"""Reads parquet files: the one place that does, so that none of them runs code.

pyarrow 10 unpickles what a file's schema tells it to (CVE-2023-47248) unless `pyarrow_hotfix` is
installed, which importing this module does, in every process that reads.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow_hotfix
from pyarrow.parquet import ParquetWriter

from components.core.errors import ConvoyError, DataError

__all__ = ["NotParquetError", "ParquetWriter", "count_rows", "read_batches", "read_schema"]

pyarrow_hotfix.install()


class NotParquetError(ConvoyError):
    """A file that is no parquet file, or a broken one."""


def read_schema(file: Path) -> pa.Schema:
    """The columns of a file.

    Raises:
        ConvoyError: When it cannot be read or hides code.
    """
    with _open(file) as table:
        return table.schema_arrow


def count_rows(file: Path) -> list[int]:
    """The number of rows in each row group of a file.

    Raises:
        ConvoyError: When it cannot be read or hides code.
    """
    with _open(file) as table:
        metadata = table.metadata
        return [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]


def read_batches(
    file: Path,
    rows: int,
    columns: Sequence[str] | None = None,
    row_group: int | None = None,
    buffer_size: int = 0,
) -> Iterator[pa.RecordBatch]:
    """Yields the rows of a file in batches whose values are what their types say.

    Args:
        file: The file.
        rows: The most rows in a batch.
        columns: The columns to read, in this order; all by default.
        row_group: The only row group to read; all by default.
        buffer_size: What is read of the file at once, in bytes; 0 for a row group's column.

    Raises:
        ConvoyError: When the file cannot be read or hides code, or a column is missing.
    """
    with _open(file, buffer_size) as table:
        names = table.schema_arrow.names
        for name in columns or ():
            if names.count(name) != 1:
                raise DataError(f"{file}: has {names.count(name)} columns {name!r}; must be one")
        groups = None if row_group is None else [row_group]
        batches = table.iter_batches(rows, groups, columns)
        while (batch := _next(batches, file)) is not None:
            yield batch if columns is None else _select(batch, columns)


def _select(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    at = [batch.schema.get_field_index(name) for name in columns]
    return pa.RecordBatch.from_arrays([batch.column(each) for each in at], names=list(columns))


def _next(batches: Iterator[pa.RecordBatch], file: Path) -> pa.RecordBatch | None:
    with _faults_of(file):
        batch = next(batches, None)
        if batch is not None:
            batch.validate(full=True)  # offsets and UTF-8, which a broken file may have wrong
        return batch


@contextmanager
def _open(file: Path, buffer_size: int = 0) -> Iterator[pq.ParquetFile]:
    with _faults_of(file):
        table = pq.ParquetFile(file, buffer_size=buffer_size)
    with table:
        yield table


@contextmanager
def _faults_of(file: Path) -> Iterator[None]:
    try:
        yield
    except RuntimeError:  # what pyarrow_hotfix raises
        raise DataError(
            f"{file}: refused: its schema holds a pickled type, which would run as code"
        ) from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise NotParquetError(f"{file}: cannot be read as parquet: {reason}") from None
