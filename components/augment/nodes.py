"""The node of the TFX pipeline that writes changed copies of the training examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.task import Spec

if TYPE_CHECKING:
    from tfx.dsl.components.base.base_node import BaseNode
    from tfx.types.channel import BaseChannel


def augment_node(spec: Spec, examples: BaseChannel, transform_graph: BaseChannel) -> BaseNode:
    """Makes the node, whose output is `augmented_examples`.

    Args:
        spec: What the stage is made of.
        examples: The transformed examples.
        transform_graph: Output of TensorFlow Transform.
    """
    from components.augment.component import Augment

    return Augment(examples=examples, transform_graph=transform_graph, spec=spec.to_json())
