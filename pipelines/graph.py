"""The TFX pipeline of one task: every node, from parquet shards to the registered model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from components.core.layout import data_folder, schema_file
from components.core.task import Spec

if TYPE_CHECKING:
    from tfx.dsl.components.base.base_node import BaseNode
    from tfx.orchestration.pipeline import Pipeline

Nodes = dict[str, "BaseNode"]


def create_pipeline(
    spec: Spec, stage: str, root: Path, metadata: Path, examples: int = 0
) -> tuple[Pipeline, list[str]]:
    """Describes the graph of a task up to a stage.

    Args:
        spec: What the stage is made of; its nodes keep it with what they write.
        stage: The last stage.
        root: Folder that the nodes write to.
        metadata: SQLite file of the lineage store.
        examples: Training examples in an epoch, for the stage train.

    Returns:
        The pipeline, and the names of the nodes of that stage.
    """
    from tfx.orchestration.metadata import sqlite_metadata_connection_config
    from tfx.orchestration.pipeline import Pipeline

    nodes, own = _nodes_up_to(stage, spec, examples)
    pipeline = Pipeline(
        pipeline_name=spec.name,
        pipeline_root=str(root),
        components=[node.with_id(name) for name, node in nodes.items()],
        enable_cache=False,
        metadata_connection_config=sqlite_metadata_connection_config(str(metadata)),
        beam_pipeline_args=beam_args(spec),
    )
    return pipeline, own


def beam_args(spec: Spec) -> list[str]:
    """The flags of Beam's runner, for the stages that have any."""
    local_image = "--sdk_container_image=local"  # without one, TFX packs itself for every node
    # otherwise Beam sizes batches by how long they take, and TFDV's statistics depend on them
    same_batches = "--tfxio_use_byte_size_batching"
    return [local_image, same_batches, *spec.params.get("prepare", {}).get("beam_args", ())]


def _nodes_up_to(stage: str, spec: Spec, examples: int) -> tuple[Nodes, list[str]]:
    nodes: Nodes = {}
    for name, build in BUILDERS.items():
        new = build(spec, nodes, examples)
        nodes |= new
        if name == stage:
            break
    return nodes, list(new)


def _prepare(spec: Spec, nodes: Nodes, examples: int) -> Nodes:
    from components.prepare.nodes import prepare_nodes

    return prepare_nodes(spec, data_folder(spec.name), schema_file(spec.name))


def _augment(spec: Spec, nodes: Nodes, examples: int) -> Nodes:
    from components.augment.nodes import augment_node

    outputs = nodes["Transform"].outputs
    node = augment_node(spec, outputs["transformed_examples"], outputs["transform_graph"])
    return {"Augment": node}


def _train(spec: Spec, nodes: Nodes, examples: int) -> Nodes:
    from components.train.nodes import train_node

    outputs = nodes["Transform"].outputs
    node = train_node(
        spec,
        outputs["transformed_examples"],
        nodes["Augment"].outputs["augmented_examples"],
        outputs["transform_graph"],
        examples,
    )
    return {"Trainer": node}


def _evaluate(spec: Spec, nodes: Nodes, examples: int) -> Nodes:
    from components.evaluate.nodes import evaluate_node

    raw, model = nodes["ExampleGen"].outputs["examples"], nodes["Trainer"].outputs["model"]
    return {"Evaluate": evaluate_node(spec, raw, model)}


def _register(spec: Spec, nodes: Nodes, examples: int) -> Nodes:
    from components.register.nodes import register_node

    trained = nodes["Trainer"].outputs
    node = register_node(
        spec,
        nodes["ExampleGen"].outputs["examples"],
        trained["model"],
        trained["model_run"],
        nodes["Evaluate"].outputs["evaluation"],
    )
    return {"Register": node}


BUILDERS: Mapping[str, Callable[[Spec, Nodes, int], Nodes]] = {
    "prepare": _prepare,
    "augment": _augment,
    "train": _train,
    "evaluate": _evaluate,
    "register": _register,
}
"""What makes the nodes of each stage, in the order of the stages."""

TFX_STAGES: Sequence[str] = tuple(BUILDERS)
