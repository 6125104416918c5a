"""Writes rows of the canonical table into parquet shards."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from components.core.parquet import ParquetWriter
from components.core.table import shard_name

ROW_GROUP = 256
ROW_GROUP_BYTES = 64 * 2**20


class ShardWriter:
    """Writes the shards of one split; a context manager.

    Rows wait until they fill a row group of 256 samples or 64 MiB, so memory stays flat.
    """

    def __init__(
        self, folder: Path, split: str, schema: pa.Schema, column: str, rows_per_shard: int
    ) -> None:
        """Opens no file before the first rows are written.

        Args:
            folder: Where the shards go.
            split: The split that their names begin with.
            schema: The schema of the table.
            column: The column of the encoded sample.
            rows_per_shard: Rows after which a new shard begins.
        """
        self.shards = 0
        self._folder = folder
        self._split = split
        self._schema = schema
        self._column = column
        self._rows_per_shard = rows_per_shard
        self._file: ParquetWriter | None = None
        self._rows_in_file = 0
        self._waiting: list[Mapping[str, Any]] = []
        self._waiting_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write_waiting()
        self._close_file()

    def write(self, row: Mapping[str, Any]) -> None:
        """Takes a row with every column of the schema.

        Raises:
            pa.ArrowException: When a value is not of its column's type.
        """
        self._waiting.append(row)
        self._waiting_bytes += len(row[self._column])
        full = self._rows_in_file + len(self._waiting) == self._rows_per_shard
        if full or len(self._waiting) == ROW_GROUP or self._waiting_bytes >= ROW_GROUP_BYTES:
            self._write_waiting()
        if full:
            self._close_file()

    def _write_waiting(self) -> None:
        if not self._waiting:
            return
        self._file = self._file or self._open_file()
        self._file.write_table(pa.Table.from_pylist(self._waiting, self._schema))
        self._rows_in_file += len(self._waiting)
        self._waiting, self._waiting_bytes = [], 0

    def _open_file(self) -> ParquetWriter:
        path = self._folder / shard_name(self._split, self.shards)
        self.shards += 1
        # a dictionary, a minimum and a maximum would only repeat the samples
        plain = [field.name for field in self._schema if not pa.types.is_binary(field.type)]
        return ParquetWriter(
            path, self._schema, compression="zstd", use_dictionary=plain, write_statistics=plain
        )

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._rows_in_file = None, 0
