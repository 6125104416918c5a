"""Examples as TFRecord files hold them, raw and transformed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.core.parts import Row
from components.core.records import read_records
from components.core.table import raw_types

if TYPE_CHECKING:
    from components.core.parts import Features, Labels, Sample

Example = dict[str, tf.Tensor]


def read_raw(
    files: Sequence[str], sample: Sample, labels: Labels, batch_size: int
) -> Iterator[list[Row]]:
    """Streams the raw examples of gzip-compressed TFRecord files, batch by batch.

    Args:
        files: Paths of the files.
        sample: The kind of input.
        labels: The label columns, which are decoded by their types.
        batch_size: Rows in a batch; the last one may have fewer.

    Yields:
        Lists of rows: strings as `str`, binary as `bytes`, numbers as numpy arrays or scalars.
    """
    types = raw_types(sample, labels)
    for batch in read_records(sorted(files)).batch(batch_size).as_numpy_iterator():
        yield [decode_row(record, types) for record in batch]


def decode_row(record: bytes, types: Mapping[str, pa.DataType]) -> Row:
    """Decodes the named columns of a serialized `tf.train.Example`."""
    feature = tf.train.Example.FromString(record).features.feature
    return {name: _value(feature[name], kind) for name, kind in types.items()}


def parse_example(
    serialized: tf.Tensor, spec: Mapping[str, Any], sample: Sample, features: Features
) -> Example:
    """Parses one transformed example; decodes its sample and unpacks its features.

    Args:
        serialized: A `tf.train.Example`, string scalar.
        spec: Feature spec of the transformed examples.
        sample: The kind of input.
        features: What is learnt from.
    """
    example = features.unpack(tf.io.parse_single_example(serialized, spec))
    return {**example, sample.column: sample.decode(example[sample.column])}


def parse_features(serialized: tf.Tensor, spec: Mapping[str, Any], features: Features) -> Example:
    """The unpacked features of one transformed example; its sample stays packed."""
    return features.unpack(tf.io.parse_single_example(serialized, spec))


def _value(feature: tf.train.Feature, kind: pa.DataType) -> Any:
    values = getattr(feature, feature.WhichOneof("kind") or "bytes_list").value
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return np.asarray(values)
    if not values:
        return None
    return values[0].decode() if pa.types.is_string(kind) else values[0]
