"""The layers of a network as a table: shapes, parameters and receptive fields.

The arithmetic is that of Araujo, Norris and Sim, Computing Receptive Fields of Convolutional
Neural Networks, Distill 2019: a layer of kernel k and stride s adds (k - 1) steps of its input to
the field, and multiplies the step by s.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import pandas as pd

POINTWISE = frozenset(
    [
        "Activation",
        "Add",
        "Average",
        "BatchNormalization",
        "Cast",
        "Clip",
        "Concatenate",
        "Cropping1D",
        "Cropping2D",
        "Dense",
        "Divide",
        "Dropout",
        "GaussianDropout",
        "GaussianNoise",
        "GroupNormalization",
        "Identity",
        "LayerNormalization",
        "LeakyReLU",
        "Maximum",
        "Minimum",
        "Multiply",
        "Normalization",
        "PReLU",
        "Power",
        "ReLU",
        "Relu",
        "Relu6",
        "Rescaling",
        "Sigmoid",
        "Silu",
        "Softmax",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "Subtract",
        "Tanh",
        "TrueDivide",
        "ZeroPadding1D",
        "ZeroPadding2D",
    ]
)
"""Layers and operations whose values depend on their input's values at one place alone."""

WHOLE = frozenset(
    [
        "Flatten",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D",
        "GlobalAveragePooling1D",
        "GlobalMaxPooling1D",
        "MultiHeadAttention",
        "Attention",
        "LSTM",
        "GRU",
        "Bidirectional",
    ]
)
"""Those whose values depend on every place of their input, or that have places no more."""

PLACE, ALL = "place", "all"
"""What a layer of one's own may say of itself in its attribute `reach`, to be one of these."""


@dataclass(frozen=True)
class Field:
    """What of the network's input a value depends on, along each axis but the channels.

    Attributes:
        sizes: How far it reaches, in places of the input; infinite for all of it.
        steps: How far apart in the input two neighbours are.
    """

    sizes: tuple[float, ...]
    steps: tuple[float, ...]

    def through(self, kernels: Sequence[float], strides: Sequence[float]) -> Field:
        """The field behind a layer; a stride below 1 enlarges."""
        axes = zip(self.sizes, self.steps, kernels, strides, strict=True)
        sizes = tuple(size + (kernel - 1) * step for size, step, kernel, _ in axes)
        return Field(sizes, tuple(map(math.prod, zip(self.steps, strides, strict=True))))

    def whole(self) -> Field:
        """The field of what depends on all of the input."""
        return Field((math.inf,) * len(self.sizes), self.steps)

    def __str__(self) -> str:
        if all(map(math.isinf, self.sizes)):
            return "whole input"
        return " x ".join(f"{size:g}" for size in self.sizes)


def layer_table(network: keras.Model) -> pd.DataFrame:
    """A row a layer, those of nested models among them, in the order in which they are run.

    Returns:
        `layer`, its path; `type`; `output`, its shape without the batch; `parameters`, all, and
        `trainable`, those of them that are fitted; `receptive_field`, `whole input` where there
        is no end to it and empty where the type of a layer before is not known.
    """
    rank = max(len(network.input_shape) - 2, 0)  # without batch and channels
    walk = _Walk()
    walk.follow(network, network.get_config(), [Field((1,) * rank, (1,) * rank)])
    return pd.DataFrame(walk.rows)


class _Walk:
    """Goes through a network's layers, from its input to its output."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def follow(
        self, model: keras.Model, config: Mapping[str, Any], given: Sequence[Field | None]
    ) -> Field | None:
        """Adds the layers of a model; returns the field of its output."""
        operations = {each.name: each for each in getattr(model, "operations", model.layers)}
        fields: dict[str, Field | None] = {}
        entrances = iter(given)
        last: Field | None = None
        for entry in config["layers"]:
            name = entry["config"]["name"]
            sources = list(dict.fromkeys(_sources(entry.get("inbound_nodes", []))))
            if entry["class_name"] == "InputLayer":
                fields[name] = last = next(entrances, None)
                continue
            before = [fields.get(source) for source in sources]  # a Sequential is a chain
            before = before or [last if fields else next(entrances, None)]
            fields[name] = last = self._enter(operations[name], entry, before, model.name)
        return last

    def _enter(
        self,
        layer: keras.Operation,
        entry: Mapping[str, Any],
        before: Sequence[Field | None],
        path: str,
    ) -> Field | None:
        """Adds a layer, or those of a nested model; returns its field."""
        if isinstance(layer, keras.Model) and "layers" in entry["config"]:
            return self.follow(layer, entry["config"], before)
        field = _behind(layer, entry["config"], before)
        if isinstance(layer, keras.Layer):  # arithmetic has no weights and is not listed
            self.rows.append(_row(layer, path, field))
        return field


def _row(layer: keras.Layer, path: str, field: Field | None) -> dict[str, Any]:
    return {
        "layer": f"{path}/{layer.name}",
        "type": type(layer).__name__,
        "output": _shape(layer),
        "parameters": layer.count_params(),
        "trainable": sum(math.prod(weight.shape) for weight in layer.trainable_weights),
        "receptive_field": "" if field is None else str(field),
    }


def _behind(
    layer: keras.Operation, config: Mapping[str, Any], before: Sequence[Field | None]
) -> Field | None:
    """The field behind a layer; None when it, or a field before it, is not known."""
    known = [field for field in before if field is not None]
    if not known or len(known) < len(before):
        return None
    field, kind = _widest(known), type(layer).__name__
    reach = getattr(layer, "reach", None)
    if kind in POINTWISE or reach == PLACE:
        return field
    if kind in WHOLE or reach == ALL:
        return field.whole()
    return _through_window(kind, config, field)


def _through_window(kind: str, config: Mapping[str, Any], field: Field) -> Field | None:
    """The field behind what slides over its input; None when it does not."""
    if kind.startswith("UpSampling"):
        reach = 1 if config.get("interpolation", "nearest") == "nearest" else 2
        factors = _axes(config["size"], field)
        return field.through([reach] * len(factors), [1 / factor for factor in factors])
    window = config.get("kernel_size", config.get("pool_size"))
    if window is None:
        return None
    kernels, strides = _axes(window, field), _axes(config.get("strides") or window, field)
    if "Transpose" in kind:
        reaches = [math.ceil(k / s) for k, s in zip(kernels, strides, strict=True)]
        return field.through(reaches, [1 / stride for stride in strides])
    dilations = _axes(config.get("dilation_rate", 1), field)
    spread = [(k - 1) * d + 1 for k, d in zip(kernels, dilations, strict=True)]
    return field.through(spread, strides)


def _widest(fields: Sequence[Field]) -> Field:
    """What several fields cover together: branches meet in the middle of each other."""
    sizes = tuple(map(max, zip(*(field.sizes for field in fields), strict=True)))
    return Field(sizes, tuple(map(max, zip(*(field.steps for field in fields), strict=True))))


def _axes(value: int | Sequence[int], field: Field) -> list[int]:
    return [value] * len(field.sizes) if isinstance(value, int) else list(value)


def _sources(nodes: Any) -> Iterator[str]:
    """The names of the layers whose outputs a layer is given."""
    if isinstance(nodes, Mapping):
        if "keras_history" in nodes:
            yield nodes["keras_history"][0]
        nodes = list(nodes.values())
    if isinstance(nodes, list | tuple):
        for each in nodes:
            yield from _sources(each)


def _shape(layer: keras.Layer) -> str:
    """The output's shape without the batch; empty where a layer has several outputs."""
    try:
        shape = layer.output.shape
    except (AttributeError, ValueError):  # several, or called more than once
        return ""
    return " x ".join("?" if side is None else str(side) for side in shape[1:])
