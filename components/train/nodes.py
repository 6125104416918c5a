"""The node of the TFX pipeline that trains a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.layout import speed_file
from components.core.task import Spec

if TYPE_CHECKING:
    from tfx.dsl.components.base.base_node import BaseNode
    from tfx.types.channel import BaseChannel


def train_node(
    spec: Spec,
    examples: BaseChannel,
    copies: BaseChannel,
    transform_graph: BaseChannel,
    count: int,
) -> BaseNode:
    """Makes the node, whose outputs are `model` and `model_run`.

    Args:
        spec: What the stage is made of.
        examples: The transformed examples.
        copies: Changed copies of training examples; of the same splits, which may be empty.
        transform_graph: Output of TensorFlow Transform.
        count: Training examples in an epoch, copies included.
    """
    from tfx.components import Trainer
    from tfx.proto import trainer_pb2
    from tfx.types.channel_utils import union

    return Trainer(
        run_fn="components.train.run_fn.run_fn",
        examples=union([examples, copies]),
        transform_graph=transform_graph,
        train_args=trainer_pb2.TrainArgs(splits=["train"]),
        eval_args=trainer_pb2.EvalArgs(splits=["val"]),
        custom_config={
            "spec": spec.to_json(),
            "examples": count,
            "speed": str(speed_file(spec.name)),
        },
    )
