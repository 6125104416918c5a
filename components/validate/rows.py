"""The table that the rules look at: all shards in one frame, without the encoded samples."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from components.core.errors import ConvoyError
from components.core.parquet import read_batches, read_schema
from components.core.parts import Labels, Sample
from components.core.table import GROUP, NULLABLE, check_schema, table_schema

BATCH = 256

Place = tuple[str, str, str]
"""The columns that say where a row comes from: its path, its shard and its row there."""


def place_of(sample: Sample) -> Place:
    """The columns that say where a row comes from; `row` counts from 0 within `shard`."""
    return (sample.path_column, "shard", "row")


def read_rows(data: Path, sample: Sample, labels: Labels) -> pd.DataFrame:
    """Reads the canonical table with all columns but those that hold encoded samples or masks.

    The labels' derived columns are added to a few hundred rows at a time, so that masks
    among the labels are never in memory all at once. Further columns are `shard` and `row`
    and, or null, `duplicate_of`, the path and the split of another row with the same sample, and
    `divided`, the row's group and the splits that it is in, where they are several.

    Raises:
        ConvoyError: When there is no shard, or one is unreadable or has a column that is
            missing or of a wrong type.
    """
    files = sorted(data.glob("*.parquet"))
    if not files:
        raise ConvoyError(f"{data}: no parquet file; run the stage ingest first")
    rows = pd.concat([batch for file in files for batch in read_shard(file, sample, labels)])
    rows = rows.reset_index(drop=True)
    duplicates, divided = find_duplicates(rows, sample.path_column), find_divided(rows)
    return rows.assign(duplicate_of=duplicates, divided=divided)


def read_shard(file: Path, sample: Sample, labels: Labels) -> Iterator[pd.DataFrame]:
    """Yields the rows of one shard in batches; see `read_rows`."""
    schema = table_schema(sample, labels)
    binary = [field.name for field in schema if pa.types.is_binary(field.type)]
    columns = [name for name in schema.names if name != sample.column]
    check_schema(file, read_schema(file), schema)
    begin = 0
    for batch in read_batches(file, BATCH, columns):
        rows = batch.to_pandas(types_mapper=NULLABLE.get)
        rows = labels.derive(rows).drop(columns=binary, errors="ignore")
        yield rows.assign(shard=file.name, row=np.arange(begin, begin + len(rows)))
        begin += len(rows)


def find_duplicates(rows: pd.DataFrame, path_column: str) -> pd.Series:
    """Names, for each row, another row with the same sample: `same as cats/tom.png in train`.

    That is the first one with the same bytes; for the first one itself, the second.
    """
    copies = rows[rows["sha256"].duplicated(keep=False)]
    names = "same as " + copies[path_column] + " in " + copies["split"]
    groups = names.groupby(copies["sha256"])
    first, second = (groups.transform(lambda group, at=at: group.iloc[at]) for at in (0, 1))
    return first.mask(groups.cumcount() == 0, second).reindex(rows.index).astype(object)


def find_divided(rows: pd.DataFrame) -> pd.Series:
    """Names, for each row whose group is divided among splits, group and splits."""
    splits = rows["split"].groupby(rows[GROUP]).agg(lambda each: sorted(each.dropna().unique()))
    divided = splits[splits.map(len) > 1]
    named = {group: f"{group} is in {', '.join(each)}" for group, each in divided.items()}
    return rows[GROUP].map(named).astype(object)
