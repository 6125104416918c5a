"""Reads the canonical parquet shards into `tf.train.Example` records."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from google.protobuf import wrappers_pb2
from tfx.components.util.examples_utils import set_payload_format
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.proto import example_gen_pb2
from tfx.types import standard_component_specs
from tfx.utils import proto_utils
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from components.core.conversion import FileConverter, convert_files, plan_splits
from components.core.parquet import read_batches, read_schema
from components.core.table import raw_types
from components.core.task import Spec

ROWS = 256
PREFIX = "examples"


def to_features(column: pa.Array) -> pa.LargeListArray:
    """Wraps a column as tfx-bsl wants it: one list of 64-bit or binary values a row.

    Args:
        column: Scalars or lists of them; strings, bytes, floats or integers. What is missing
            stays so: to TFDV a list without values would be a value too few, whether or not
            the schema demands one.

    Returns:
        A large list of large binary, float32 or int64 values.
    """
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        offsets, values = column.offsets.to_numpy(), column.values
    else:
        offsets, values = np.append(0, valid.cumsum()), column.drop_null()
    return pa.LargeListArray.from_arrays(
        pa.array(offsets, pa.int64(), mask=~np.append(valid, True)),
        values.cast(_feature_type(values.type)),
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


class RowsToExamples(FileConverter):
    """Makes an example of each row of a shard.

    Beam's own reader is not taken: what it does with a file that hides code is for `parquet` to
    say, in the worker that reads.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        """Takes the names of the columns that the examples keep."""
        self.columns = columns

    def convert(self, file: str) -> Iterator[bytes]:
        """Yields the rows in their order."""
        for batch in read_batches(Path(file), ROWS, self.columns):
            yield from encode_table(pa.Table.from_batches([batch]))


class ParquetExecutor(BaseBeamExecutor):
    """Executor of `FileBasedExampleGen` for the canonical table: a file of examples a shard.

    TFX's own parquet executor decodes every bytes column as UTF-8, which samples need not be,
    keeps all columns, and writes the rows in another order every time.
    """

    def Do(  # noqa: N802 (TFX's name)
        self,
        input_dict: dict[str, list[Any]],
        output_dict: dict[str, list[Any]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the examples of every split."""
        (examples,) = output_dict[standard_component_specs.EXAMPLES_KEY]
        folder = Path(exec_properties[standard_component_specs.INPUT_BASE_KEY])
        config = example_gen_pb2.Input()
        text = exec_properties[standard_component_specs.INPUT_CONFIG_KEY]
        proto_utils.json_to_proto(text, config)
        set_payload_format(examples, example_gen_pb2.FORMAT_TF_EXAMPLE)
        files = {split.name: folder.glob(split.pattern) for split in config.splits}
        jobs = plan_splits(files, examples, PREFIX)
        for file, _ in jobs:
            read_schema(Path(file))  # Beam surrounds what a worker raises with words of its own
        spec = unwrap_spec(exec_properties)
        columns = list(raw_types(spec.sample, spec.labels))
        with self._make_beam_pipeline() as pipeline:
            convert_files(pipeline, jobs, RowsToExamples(columns))
