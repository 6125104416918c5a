"""The canonical form of a data set: parquet shards, one row an image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

SPLITS = ("train", "val", "test")

IMAGE_COLUMNS: Mapping[str, pa.DataType] = {
    "image": pa.binary(),  # PNG or JPEG bytes
    "image_path": pa.string(),  # where it came from, relative to the source
    "sha256": pa.string(),  # of the bytes in `image`
    "width": pa.int64(),
    "height": pa.int64(),
    "channels": pa.int64(),
    "value_range": pa.int64(),  # how far apart the values of a channel lie at most
    "decode_error": pa.string(),  # why the image cannot be decoded; null when it can
    "split": pa.string(),
}


BOOKKEEPING_COLUMNS = ("sha256", "channels", "value_range", "decode_error", "split")
"""Columns for validation that the examples do without."""


@dataclass(frozen=True)
class Record:
    """One labelled image as a source reads it.

    Attributes:
        image: The encoded image: the file's own bytes where it is PNG or JPEG.
        image_path: Where it came from, relative to the source, `/`-separated.
        labels: The task's label columns.
        split: The split the source assigns, one of `SPLITS`; None where it has none.
    """

    image: bytes
    image_path: str
    labels: Mapping[str, Any] = field(default_factory=dict)
    split: str | None = None


def table_schema(label_columns: Mapping[str, pa.DataType]) -> pa.Schema:
    """The schema of the canonical table of a task."""
    return pa.schema(list({**IMAGE_COLUMNS, **label_columns}.items()))


def shard_name(split: str, number: int) -> str:
    """The file name of one shard; numbers start at 0."""
    return f"{split}-{number:05}.parquet"
