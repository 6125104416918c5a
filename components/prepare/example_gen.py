"""Reads the canonical parquet shards into `tf.train.Example` records."""

from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
from google.protobuf import wrappers_pb2
from tfx.components.example_gen.base_example_gen_executor import BaseExampleGenExecutor
from tfx.proto import example_gen_pb2
from tfx.types import standard_component_specs
from tfx.utils import proto_utils
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from components.core.table import raw_types
from components.core.task import Spec


def to_features(column: pa.Array) -> pa.LargeListArray:
    """Wraps a column as tfx-bsl wants it: one list of 64-bit or binary values a row.

    Args:
        column: Scalars or lists of them; strings, bytes, floats or integers. A missing
            scalar becomes an empty list.

    Returns:
        A large list of large binary, float32 or int64 values.
    """
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        offsets, values = column.offsets, column.values
    else:
        counts = column.is_valid().cast(pa.int64()).to_numpy(zero_copy_only=False)
        offsets, values = pa.array([0, *counts.cumsum()], pa.int64()), column.drop_null()
    return pa.LargeListArray.from_arrays(
        offsets.cast(pa.int64()), values.cast(_feature_type(values.type))
    )


def _feature_type(values: pa.DataType) -> pa.DataType:
    if pa.types.is_floating(values):
        return pa.float32()
    return pa.int64() if pa.types.is_integer(values) else pa.large_binary()


def encode_table(table: pa.Table) -> list[bytes]:
    """Serializes every row of a table as a `tf.train.Example`."""
    columns = [to_features(column.combine_chunks()) for column in table.columns]
    batch = pa.RecordBatch.from_arrays(columns, names=table.column_names)
    return RecordBatchToExamplesEncoder().encode(batch)


def wrap_spec(spec: str) -> example_gen_pb2.CustomConfig:
    """What the stage is made of, as `FileBasedExampleGen` hands it to `ParquetExecutor`."""
    config = example_gen_pb2.CustomConfig()
    config.custom_config.Pack(wrappers_pb2.StringValue(value=spec))
    return config


def unwrap_spec(exec_properties: dict[str, Any]) -> Spec:
    """The inverse of `wrap_spec`, from the properties that TFX runs an executor with."""
    config = example_gen_pb2.CustomConfig()
    proto_utils.json_to_proto(exec_properties[standard_component_specs.CUSTOM_CONFIG_KEY], config)
    text = wrappers_pb2.StringValue()
    config.custom_config.Unpack(text)
    return Spec.from_json(text.value)


@beam.ptransform_fn
@beam.typehints.with_input_types(beam.Pipeline)
@beam.typehints.with_output_types(bytes)
def _parquet_to_examples(
    pipeline: beam.Pipeline, exec_properties: dict[str, Any], split_pattern: str
) -> beam.pvalue.PCollection:
    folder = Path(exec_properties[standard_component_specs.INPUT_BASE_KEY])
    spec = unwrap_spec(exec_properties)
    columns = list(raw_types(spec.sample, spec.labels))
    return (
        pipeline
        | "Read" >> beam.io.ReadFromParquetBatched(str(folder / split_pattern), columns=columns)
        | "Encode" >> beam.FlatMap(encode_table)
    )


class ParquetExecutor(BaseExampleGenExecutor):
    """Executor of `FileBasedExampleGen` for the canonical table.

    TFX's own parquet executor decodes every bytes column as UTF-8, which samples need not be, and
    keeps all columns.
    """

    def GetInputSourceToExamplePTransform(self) -> beam.PTransform:  # noqa: N802 (TFX's name)
        """Returns the transform from a split's shards to serialized examples."""
        return _parquet_to_examples
