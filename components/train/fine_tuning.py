"""Training in phases: first what lies above a pretrained backbone, then its top as well."""

from collections.abc import Iterator
from dataclasses import dataclass

import keras

from components.core.errors import ConvoyError
from components.train.params import TrainParams

BACKBONE = "backbone"


@dataclass(frozen=True)
class Phase:
    """Epochs in which the same layers learn.

    Attributes:
        params: The parameters of training; epochs and learning rate are those of the phase.
        fraction: The share of the backbone's layers that learn, counted from its output;
            None for a network that is trained as it was built.
    """

    params: TrainParams
    fraction: float | None = None


def plan_phases(params: TrainParams) -> list[Phase]:
    """The phases that `train.fine_tune` asks for: one or two."""
    if params.fine_tune is None:
        return [Phase(params)]
    frozen = Phase(params, fraction=0.0)
    if not params.fine_tune.epochs:
        return [frozen]
    rate = {"learning_rate": params.fine_tune.learning_rate}
    changes = {
        "epochs": params.fine_tune.epochs,
        "optimizer": params.optimizer.model_copy(update=rate),
    }
    return [frozen, Phase(params.model_copy(update=changes), params.fine_tune.fraction)]


def freeze(network: keras.Model, fraction: float) -> None:
    """Lets only the top of the backbone learn, and all that is no part of it.

    Batch normalisation in the backbone never learns: frozen, it uses the statistics that it
    came with, which small batches would spoil. To be called before `compile`.

    Args:
        network: Has a layer named `backbone`, at any depth; changed in place.
        fraction: The share of the backbone's layers that learn, counted from its output.

    Raises:
        ConvoyError: When there is no backbone, or none of those layers has weights.
    """
    layers = list(_leaves(_find_backbone(network)))
    frozen = len(layers) - round(fraction * len(layers))
    for at, layer in enumerate(layers):
        normalises = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = at >= frozen and not normalises
    if fraction and not any(layer.trainable_weights for layer in layers):
        raise ConvoyError(
            f"train.fine_tune.fraction: {fraction:g} of the backbone's {len(layers)} layers are "
            "none that can learn; raise it"
        )


def _find_backbone(network: keras.Model) -> keras.Layer:
    for layer in _descendants(network):
        if layer.name == BACKBONE:
            return layer
    raise ConvoyError(f"train.fine_tune: {network.name} has no layer named {BACKBONE!r}")


def _descendants(layer: keras.Layer) -> Iterator[keras.Layer]:
    """The layers within a layer, at any depth, from the input to the output."""
    for child in getattr(layer, "layers", ()):
        yield child
        yield from _descendants(child)


def _leaves(layer: keras.Layer) -> Iterator[keras.Layer]:
    """The layers within that have no layers of their own; the layer itself if it has none."""
    inner = [child for child in _descendants(layer) if not getattr(child, "layers", ())]
    yield from inner or [layer]
