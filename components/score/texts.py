"""Makes a parquet file of the texts that a CSV, TSV or JSON-lines file holds."""

from __future__ import annotations

import itertools
from pathlib import Path

import pyarrow as pa

from components.core.errors import ConvoyError
from components.core.parquet import ParquetWriter
from components.core.parts import Sample
from components.core.text_tables import (
    TableRow,
    encode_text,
    read_columns,
    read_rows,
    read_text,
)
from components.core.walking import readable
from components.score.parts import ERROR


def write_texts(source: Path, sample: Sample, file: Path, rows: int) -> None:
    """Writes the texts of a table, some rows a row group, with where they stand.

    Args:
        source: A CSV, TSV or JSON-lines file with a column of the name of the sample's.
        sample: The kind of input.
        file: The parquet file to write.
        rows: Rows of a row group.

    Raises:
        ConvoyError: When the file cannot be read, or has no such column.
    """
    columns = read_columns(source)
    if sample.column not in columns:
        raise ConvoyError(
            f"{source}: has no column {sample.column!r}, only {', '.join(columns) or 'none'}"
        )
    kinds = {sample.path_column: pa.string(), sample.column: pa.binary(), ERROR: pa.string()}
    schema = pa.schema(list(kinds.items()))
    entries = (_read_cell(row, sample, source.name) for row in read_rows(source))
    with ParquetWriter(file, schema) as writer:
        while group := list(itertools.islice(entries, rows)):
            values = [dict(zip(schema.names, each, strict=True)) for each in group]
            writer.write_table(pa.Table.from_pylist(values, schema))


def _read_cell(row: TableRow, sample: Sample, name: str) -> tuple[str, bytes | None, str | None]:
    """Where a text stands, the text, and why there is none."""
    path = f"{readable(name)}:{row.line}"
    try:
        text = read_text(row, sample.column)
    except ConvoyError as error:
        return path, None, str(error).removeprefix(f"{row.place}: ")
    return path, None if text is None else encode_text(text), None
