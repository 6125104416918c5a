"""The nodes of the TFX pipeline that turn parquet shards into transformed examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from components.core.table import SPLITS
from components.core.task import Spec

if TYPE_CHECKING:
    from tfx.components import FileBasedExampleGen, StatisticsGen
    from tfx.dsl.components.base.base_node import BaseNode


def prepare_nodes(spec: Spec, data: Path, schema: Path) -> dict[str, BaseNode]:
    """Makes the nodes of the stage.

    Args:
        spec: What the stage is made of.
        data: Folder of the shards.
        schema: The curated schema of the examples; without it one is inferred.

    Returns:
        The nodes by the names that they are to have, in their order.
    """
    from tfx.components import StatisticsGen

    from components.prepare.example_validator import StrictExampleValidator
    from components.prepare.transform import OrderedTransform

    example_gen = _example_gen(spec, data)
    statistics = StatisticsGen(examples=example_gen.outputs["examples"])
    expected = _schema(schema, statistics)
    validator = StrictExampleValidator(
        statistics=statistics.outputs["statistics"],
        schema=expected.outputs["schema"],
        curated=schema,
    )
    transform = OrderedTransform(
        examples=example_gen.outputs["examples"],
        schema=expected.outputs["schema"],
        preprocessing_fn="components.prepare.preprocessing.preprocessing_fn",
        custom_config={"spec": spec.to_json()},
        disable_statistics=True,
        disable_analyzer_cache=True,
    )
    transform.add_upstream_node(validator)  # anomalies stop the run before the full pass
    return {
        "ExampleGen": example_gen,
        "StatisticsGen": statistics,
        "Schema": expected,
        "ExampleValidator": validator,
        "Transform": transform,
    }


def _example_gen(spec: Spec, data: Path) -> FileBasedExampleGen:
    from tfx.components import FileBasedExampleGen
    from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
    from tfx.proto import example_gen_pb2

    from components.prepare.example_gen import ParquetExecutor, wrap_spec

    splits = [
        example_gen_pb2.Input.Split(name=split, pattern=f"{split}-*.parquet") for split in SPLITS
    ]
    return FileBasedExampleGen(
        input_base=str(data),
        input_config=example_gen_pb2.Input(splits=splits),
        custom_config=wrap_spec(spec.to_json()),
        custom_executor_spec=BeamExecutorSpec(ParquetExecutor),
    )


def _schema(curated: Path, statistics: StatisticsGen) -> BaseNode:
    from tfx.components import SchemaGen
    from tfx.components.schema_gen.import_schema_gen.component import ImportSchemaGen

    if curated.is_file():
        return ImportSchemaGen(schema_file=str(curated))
    return SchemaGen(statistics=statistics.outputs["statistics"], infer_feature_shape=True)
