"""The TFX pipeline of one task: every node, from parquet shards to the registered model."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tfx.components import (
    FileBasedExampleGen,
    SchemaGen,
    StatisticsGen,
    Trainer,
    Transform,
)
from tfx.components.schema_gen.import_schema_gen.component import ImportSchemaGen
from tfx.dsl.components.base import base_node, executor_spec
from tfx.orchestration.metadata import sqlite_metadata_connection_config
from tfx.orchestration.pipeline import Pipeline
from tfx.proto import example_gen_pb2, trainer_pb2

from components.augment.component import Augment
from components.core.layout import data_folder, schema_file
from components.core.table import SPLITS
from components.evaluate.component import Evaluate
from components.prepare.example_gen import ParquetExecutor
from components.prepare.example_validator import StrictExampleValidator
from components.register.component import Register

SLICES: Mapping[str, Sequence[str]] = {
    "prepare": (
        "ExampleGen",
        "StatisticsGen",
        "Schema",
        "ExampleValidator",
        "Transform",
    ),
    "augment": ("Augment",),
    "train": ("Trainer",),
    "evaluate": ("Evaluate",),
    "register": ("Register",),
}
"""The nodes that each stage runs."""


def create_pipeline(
    task: str, root: Path, metadata: Path, beam_args: Sequence[str] = ()
) -> Pipeline:
    """Describes the whole graph of a task.

    Args:
        task: The task's name.
        root: Folder that the nodes write to.
        metadata: SQLite file of the lineage store.
        beam_args: Flags of Beam's runner.
    """
    example_gen = _example_gen(task)
    statistics = StatisticsGen(examples=example_gen.outputs["examples"])
    schema = _schema(task, statistics)
    validator = StrictExampleValidator(
        statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"]
    )
    transform = Transform(
        examples=example_gen.outputs["examples"],
        schema=schema.outputs["schema"],
        preprocessing_fn="components.prepare.preprocessing.preprocessing_fn",
        custom_config={"task": task},
        disable_statistics=True,
        disable_analyzer_cache=True,
    )
    transform.add_upstream_node(validator)  # anomalies stop the run before the full pass
    augment = Augment(
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        task=task,
    )
    trainer = Trainer(
        run_fn="components.train.run_fn.run_fn",
        examples=augment.outputs["augmented_examples"],
        transform_graph=transform.outputs["transform_graph"],
        train_args=trainer_pb2.TrainArgs(splits=["train"]),
        eval_args=trainer_pb2.EvalArgs(splits=["val"]),
        custom_config={"task": task},
    )
    evaluate = Evaluate(
        examples=example_gen.outputs["examples"], model=trainer.outputs["model"], task=task
    )
    register = Register(
        examples=example_gen.outputs["examples"],
        model=trainer.outputs["model"],
        model_run=trainer.outputs["model_run"],
        evaluation=evaluate.outputs["evaluation"],
        task=task,
    )
    named = {
        "ExampleGen": example_gen,
        "StatisticsGen": statistics,
        "Schema": schema,
        "ExampleValidator": validator,
        "Transform": transform,
        "Augment": augment,
        "Trainer": trainer,
        "Evaluate": evaluate,
        "Register": register,
    }
    return Pipeline(
        pipeline_name=task,
        pipeline_root=str(root),
        components=[node.with_id(name) for name, node in named.items()],
        enable_cache=False,
        metadata_connection_config=sqlite_metadata_connection_config(str(metadata)),
        beam_pipeline_args=list(beam_args),
    )


def _example_gen(task: str) -> FileBasedExampleGen:
    splits = [
        example_gen_pb2.Input.Split(name=split, pattern=f"{split}-*.parquet") for split in SPLITS
    ]
    return FileBasedExampleGen(
        input_base=str(data_folder(task)),
        input_config=example_gen_pb2.Input(splits=splits),
        custom_executor_spec=executor_spec.BeamExecutorSpec(ParquetExecutor),
    )


def _schema(task: str, statistics: StatisticsGen) -> base_node.BaseNode:
    curated = schema_file(task)
    if curated.is_file():
        return ImportSchemaGen(schema_file=str(curated))
    return SchemaGen(statistics=statistics.outputs["statistics"], infer_feature_shape=True)
