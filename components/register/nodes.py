"""The node of the stage register."""

from tfx.dsl.components.base.base_node import BaseNode
from tfx.types.channel import BaseChannel

from components.core.task import Spec
from components.register.component import Register


def register_node(
    spec: Spec,
    examples: BaseChannel,
    model: BaseChannel,
    model_run: BaseChannel,
    evaluation: BaseChannel,
) -> BaseNode:
    """Registers a model and, where the gate accepted it, promotes it.

    Args:
        spec: The task; all of its parameters are logged.
        examples: Raw examples.
        model: The exported model.
        model_run: The training curves.
        evaluation: What was measured, and the decision.
    """
    return Register(
        examples=examples,
        model=model,
        model_run=model_run,
        evaluation=evaluation,
        spec=spec.to_json(),
    )
