"""Raw examples as the evaluations take them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.core.records import read_records
from components.core.table import IMAGE_COLUMNS
from components.evaluate.evaluation import Row
from pipelines.tasks.base import Task

RAW_COLUMNS = ("image", "image_path", "width", "height")


def read_batches(files: Sequence[str], task: Task, batch_size: int) -> Iterator[list[Row]]:
    """Streams the raw examples of gzip-compressed TFRecord files.

    Args:
        files: Paths of the files.
        task: The task, whose label columns are decoded by their type.
        batch_size: Rows in a batch; the last one may have fewer.

    Yields:
        Lists of rows: strings as `str`, binary as `bytes`, numbers as numpy arrays or scalars.
    """
    types = {name: IMAGE_COLUMNS[name] for name in RAW_COLUMNS} | dict(task.label_columns())
    for batch in read_records(sorted(files)).batch(batch_size).as_numpy_iterator():
        yield [decode_row(record, types) for record in batch]


def decode_row(record: bytes, types: Mapping[str, pa.DataType]) -> Row:
    """Decodes the named columns of a serialized `tf.train.Example`."""
    feature = tf.train.Example.FromString(record).features.feature
    return {name: _value(feature[name], kind) for name, kind in types.items()}


def _value(feature: tf.train.Feature, kind: pa.DataType) -> Any:
    values = getattr(feature, feature.WhichOneof("kind") or "bytes_list").value
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return np.asarray(values)
    if not values:
        return None
    return values[0].decode() if pa.types.is_string(kind) else values[0]
