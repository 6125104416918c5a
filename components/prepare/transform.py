"""TFX's Transform, made to write the same examples in the same order every time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import impl_helper
from tfx.components import Transform
from tfx.components.transform import executor
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import standard_component_specs
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from components.core.conversion import FileConverter, convert_files, plan_splits
from components.core.fingerprint import forget_uuid
from components.core.parts import Tensors
from components.core.records import read_records

BATCH_SIZE = 64
PREFIX = "transformed"


class TransformExamples(FileConverter):
    """Takes raw examples through the transform graph."""

    def __init__(self, transform_uri: str) -> None:
        """Takes the folder of TensorFlow Transform's output."""
        self.transform_uri = transform_uri

    def setup(self) -> None:
        """Loads what cannot be pickled."""
        transform = tft.TFTransformOutput(self.transform_uri)
        schema = transform.transformed_metadata.schema
        self.types = transform.raw_feature_spec()
        self.layer = transform.transform_features_layer()
        self.converter = impl_helper.make_tensor_to_arrow_converter(schema)
        self.encoder = RecordBatchToExamplesEncoder(schema)

    def convert(self, file: str) -> Iterator[bytes]:
        """Yields the transformed examples in their order."""
        # AutoGraph would take seconds to rewrite TensorFlow Transform, in which it finds nothing
        transform = tf.autograph.experimental.do_not_convert(self._transform)
        for batch in read_records([file]).batch(BATCH_SIZE).map(transform, tf.data.AUTOTUNE):
            yield from self.encoder.encode(self.converter.convert(batch))

    def _transform(self, records: tf.Tensor) -> Tensors:
        transformed: Tensors = self.layer(tf.io.parse_example(records, self.types))
        return transformed


class OrderedExecutor(executor.Executor):
    """Leaves the full pass to TFX, which only counts, and transforms file by file itself."""

    def Do(  # noqa: N802 (TFX's name)
        self,
        input_dict: dict[str, list[Any]],
        output_dict: dict[str, list[Any]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the transform graph and, of each file of raw examples, the transformed ones."""
        outputs = dict(output_dict)
        (transformed,) = outputs.pop(standard_component_specs.TRANSFORMED_EXAMPLES_KEY)
        super().Do(input_dict, outputs, exec_properties)
        (raw,) = input_dict[standard_component_specs.EXAMPLES_KEY]
        (graph,) = output_dict[standard_component_specs.TRANSFORM_GRAPH_KEY]
        forget_uuid(Path(graph.uri))
        files = {split: Path(raw.path(split=split)).glob("*.gz") for split in raw.splits}
        jobs = plan_splits(files, transformed, PREFIX)
        with self._make_beam_pipeline() as pipeline:
            convert_files(pipeline, jobs, TransformExamples(graph.uri))


class OrderedTransform(Transform):
    """Transform whose output is the same every time."""

    EXECUTOR_SPEC = BeamExecutorSpec(OrderedExecutor)
