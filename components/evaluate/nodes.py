"""The node of the stage evaluate."""

from tfx.dsl.components.base.base_node import BaseNode
from tfx.types.channel import BaseChannel

from components.core.task import Spec
from components.evaluate.component import Evaluate


def evaluate_node(spec: Spec, examples: BaseChannel, model: BaseChannel) -> BaseNode:
    """Measures a model on the test split and judges it.

    Args:
        spec: The task.
        examples: Raw examples.
        model: The exported model.
    """
    return Evaluate(examples=examples, model=model, spec=spec.to_json())
