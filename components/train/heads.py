"""Auxiliary heads: outputs in the middle of a network that teach the layers below.

After Szegedy et al. (2014), "Going Deeper with Convolutions": the loss of each head counts 0.3,
and the heads are thrown away once the network is trained.
"""

from collections.abc import Mapping
from typing import Any

import keras

WEIGHT = 0.3
"""Of the loss of each head."""


class Supervised(keras.Model):
    """A network with heads, as it is fitted: its first output is what is measured.

    In training each head is fitted to the same target; the validation loss is that of the first
    output alone.
    """

    def __init__(self, network: keras.Model) -> None:
        """Takes the network, whose weights are fitted in place."""
        super().__init__(name=network.name)
        self.network = network

    def call(self, samples: Any, training: bool = False) -> list[Any]:
        """All outputs."""
        return self.network(samples, training=training)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The loss of the first output, and in training a share of that of each head."""
        first, *heads = y_pred
        loss = super().compute_loss(x, y, first, sample_weight, training)
        if not training:
            return loss
        return loss + WEIGHT * sum(self.loss(y, head, sample_weight) for head in heads)

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> Mapping[str, Any]:
        """The metrics of the first output."""
        return super().compute_metrics(x, y, y_pred[0], sample_weight)


def supervised(network: keras.Model) -> keras.Model:
    """The network itself, or with the losses of its heads where it has several outputs."""
    return Supervised(network) if len(network.outputs) > 1 else network


def without_training(network: keras.Model) -> keras.Model:
    """The network without what only training needs; its layers and weights are the same ones.

    Left out are the loss, the optimizer, which takes twice the room of the weights, and further
    outputs with the layers that lead to them alone.

    Args:
        network: As `Sample.entrance` makes it, the architecture its last layer.
    """
    if len(network.outputs) == 1:
        return keras.Model(network.input, network.output, name=network.name)
    *_, before, body = network.layers
    bare = keras.Model(body.inputs, body.outputs[0], name=body.name)
    return keras.Model(network.inputs, bare(before.output), name=network.name)
