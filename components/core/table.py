"""The canonical form of a data set: parquet shards, one row a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from components.core.errors import DataError
from components.core.parquet import read_batches

if TYPE_CHECKING:
    from components.core.parts import Labels, Sample

SPLITS = ("train", "val", "test")
GROUP = "group"
"""The column of what samples have in common that must not be divided among splits."""

HASHES_READ = 65_536

NULLABLE = {pa.int64(): pd.Int64Dtype()}
"""How pandas takes columns of whole numbers, some of which may be missing."""


@dataclass(frozen=True)
class Record:
    """One labelled sample as a source reads it.

    Attributes:
        sample: The encoded sample, as the source has it.
        path: Where it came from, relative to the source, `/`-separated.
        labels: The task's label columns.
        split: The split the source assigns, one of `SPLITS`; None where it has none.
        group: What the sample has in common with others that must be of the same split, such as
            a person or a scene; None where it has nothing.
    """

    sample: bytes
    path: str
    labels: Mapping[str, Any] = field(default_factory=dict)
    split: str | None = None
    group: str | None = None


def table_schema(sample: Sample, labels: Labels) -> pa.Schema:
    """The schema of the canonical table of a task.

    Beside the columns of sample and labels stand where a sample came from, `sha256` of its
    encoded bytes, `decode_error`, null when it decodes, `split`, and `group`, null where a sample
    is of none.
    """
    bookkeeping = ("sha256", "decode_error", "split", GROUP)
    columns = {
        **sample.columns(),
        sample.path_column: pa.string(),
        **dict.fromkeys(bookkeeping, pa.string()),
        **labels.columns(),
    }
    return pa.schema(list(columns.items()))


def raw_types(sample: Sample, labels: Labels) -> dict[str, pa.DataType]:
    """The columns that the raw examples keep of the canonical table, with their types."""
    schema = table_schema(sample, labels)
    names = (*sample.raw_columns(), sample.path_column, *labels.columns())
    return {name: schema.field(name).type for name in names}


def described_columns(sample: Sample, labels: Labels) -> list[str]:
    """The columns by which samples and labels are described: all but encoded ones, text is none."""
    names = table_schema(sample, labels).names
    return [name for name in names if name != sample.column or sample.is_text]


def shard_name(split: str, number: int) -> str:
    """The file name of one shard; numbers start at 0."""
    return f"{split}-{number:05}.parquet"


def check_schema(file: Path, found: pa.Schema, expected: pa.Schema) -> None:
    """Checks that a shard has every column of the canonical table.

    Raises:
        ConvoyError: Naming the first column that is missing or of a wrong type.
    """
    for column in expected:
        at = found.get_field_index(column.name)
        if at < 0:
            raise DataError(f"{file}: the column {column.name} is missing")
        kind = found.field(at).type
        if kind not in (column.type, pa.null()):  # pandas writes a column of nulls as such
            raise DataError(f"{file}: the column {column.name} is {kind}; must be {column.type}")


def read_hashes(files: Iterable[Path]) -> set[str]:
    """The column `sha256` of some shards.

    Raises:
        ConvoyError: When a shard cannot be read.
    """
    batches = (batch for file in files for batch in read_batches(file, HASHES_READ, ["sha256"]))
    return {digest for batch in batches for digest in batch.column(0).to_pylist()}
