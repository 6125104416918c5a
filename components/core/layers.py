"""The layers of a network as a table: shapes, parameters, receptive fields and what they cost.

The arithmetic is that of Araujo, Norris and Sim, Computing Receptive Fields of Convolutional
Neural Networks, Distill 2019: a layer of kernel k and stride s adds (k - 1) steps of its input to
the field, and multiplies the step by s. Multiply-adds are counted as in He et al. (2016), Deep
Residual Learning for Image Recognition: those of kernels alone, each as often as it is applied.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
        "Embedding",
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

FLOAT = 4
"""Bytes of a float of 32 bits."""

PLACE, ALL = "place", "all"
"""What a layer of one's own may say of itself in its attribute `reach`, to be one of these."""


@dataclass(frozen=True)
class Field:
    """What of the network's input a value depends on, along each axis but the channels.

    Attributes:
        sizes: How far it reaches, in places of the input; infinite for all of it.
        steps: How far apart in the input two neighbours are.
        centres: Where in the input the middle of the first value's field lies, 0 for the first
            place; before it where there is padding.
    """

    sizes: tuple[float, ...]
    steps: tuple[float, ...]
    centres: tuple[float, ...]

    @classmethod
    def of_one(cls, axes: int) -> Field:
        """The field of a place of the input."""
        return cls((1.0,) * axes, (1.0,) * axes, (0.0,) * axes)

    def through(
        self, kernels: Sequence[float], strides: Sequence[float], middles: Sequence[float]
    ) -> Field:
        """The field behind a layer.

        Args:
            kernels: How many values it looks at.
            strides: How far apart, in values, two such windows are; below 1 where it enlarges.
            middles: Where the middle of the first window lies.
        """
        axes = zip(self.sizes, self.steps, kernels, strict=True)
        sizes = tuple(size + (kernel - 1) * step for size, step, kernel in axes)
        steps = tuple(map(math.prod, zip(self.steps, strides, strict=True)))
        return Field(sizes, steps, self.shifted(middles).centres)

    def shifted(self, places: Sequence[float]) -> Field:
        """The field where the first value is another one, so many after the first."""
        axes = zip(self.centres, self.steps, places, strict=True)
        return replace(self, centres=tuple(centre + step * by for centre, step, by in axes))

    def whole(self) -> Field:
        """The field of what depends on all of the input."""
        return replace(self, sizes=(math.inf,) * len(self.sizes))

    def stride(self) -> str:
        """The steps in words, one number where they are the same along each axis."""
        bounded = not any(map(math.isinf, self.sizes))
        steps = [f"{step:g}" for step in self.steps] if bounded else []
        return steps[0] if len(set(steps)) == 1 else " x ".join(steps)

    def __str__(self) -> str:
        if all(map(math.isinf, self.sizes)):
            return "whole input"
        return " x ".join(f"{size:g}" for size in self.sizes)


def layer_table(network: keras.Model, shape: Sequence[int | None] | None = None) -> pd.DataFrame:
    """A row a layer, those of nested models among them, in the order in which they are run.

    Args:
        network: The network.
        shape: Of one input, for a network that takes any size; others have their own.

    Returns:
        `layer`, its path; `type`; `output`, its shape without the batch; `parameters`, all, and
        `trainable`, those of them that are fitted; `receptive_field`, `whole input` where there
        is no end to it and empty where the type of a layer before is not known; `stride`, how
        many places of the input two neighbours are apart; `bytes` of the output of one sample in
        floats of 32 bits, and `multiply_adds`, both missing where the size is not known.
    """
    return pd.DataFrame(_walked(network, shape).rows)


def receptive_fields(
    network: keras.Model, shape: Sequence[int | None] | None = None
) -> dict[str, Field]:
    """The field of each layer by its path, those left out whose field is not known.

    Args:
        network: The network.
        shape: Of one input, as for `layer_table`.
    """
    fields = _walked(network, shape).fields
    return {path: field for path, field in fields.items() if field is not None}


def _walked(network: keras.Model, shape: Sequence[int | None] | None) -> _Walk:
    walk = _Walk()
    own = network.input_shape
    given = (None, *shape) if shape and None in own[1:] else own
    walk.follow(network, network.get_config(), [_Value(Field.of_one(_rank(network)), given)])
    return walk


def _rank(network: keras.Model) -> int:
    """Axes without batch and channels; indices have these from their embedding."""
    embedded = any(isinstance(layer, keras.layers.Embedding) for layer in network.layers)
    return max(len(network.input_shape) - (1 if embedded else 2), 0)


Shape = tuple[int | None, ...]
_End = tuple[str, int]
"""An output: the name of the layer, and which of its outputs."""


@dataclass(frozen=True)
class _Value:
    """What is known of what flows between layers.

    Attributes:
        field: What it depends on; None where that is not known.
        shape: With the batch; None where a layer has several outputs, or is called twice.
    """

    field: Field | None
    shape: Shape | None


UNKNOWN = _Value(None, None)


class _Walk:
    """Goes through a network's layers, from its input to its output."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.fields: dict[str, Field | None] = {}

    def follow(
        self, model: keras.Model, config: Mapping[str, Any], given: Sequence[_Value]
    ) -> list[_Value]:
        """Adds the layers of a model; returns what its outputs give."""
        operations = {each.name: each for each in getattr(model, "operations", model.layers)}
        shapes = _shapes(model, operations, given)
        values: dict[_End, _Value] = {}
        entrances = iter(given)
        last = [UNKNOWN]
        for entry in config["layers"]:
            name = entry["config"]["name"]
            sources = list(dict.fromkeys(_sources(entry.get("inbound_nodes", []))))
            if entry["class_name"] == "InputLayer":
                last = [next(entrances, UNKNOWN)]
            else:
                before = [values.get(source, UNKNOWN) for source in sources]
                # a Sequential is a chain
                before = before or (last if values else [next(entrances, UNKNOWN)])
                last = self._enter(operations[name], entry, before, shapes.get(name), model.name)
            values |= {(name, index): value for index, value in enumerate(last)}
        return [values.get(end, UNKNOWN) for end in _ends(config)] or last

    def _enter(
        self,
        layer: keras.Operation,
        entry: Mapping[str, Any],
        before: Sequence[_Value],
        shape: Shape | None,
        path: str,
    ) -> list[_Value]:
        """Adds a layer, or those of a nested model; returns what its outputs give."""
        if isinstance(layer, keras.Model) and "layers" in entry["config"]:
            # of a model that is called several times the first call is told
            return self.follow(layer, entry["config"], before[: len(layer.inputs)])
        value = _Value(_behind(layer, entry["config"], before), shape)
        if isinstance(layer, keras.Layer):  # arithmetic has no weights and is not listed
            self.rows.append(_row(layer, path, before[0].shape, value))
            self.fields[self.rows[-1]["layer"]] = value.field
        return [value]


def _shapes(
    model: keras.Model, operations: Mapping[str, keras.Operation], given: Sequence[_Value]
) -> dict[str, Shape]:
    """The shapes of what a model's layers give, for inputs of the given shapes."""
    tensors = {name: _output(each) for name, each in operations.items()}
    outputs = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    shapes = [value.shape for value in given]
    if None in shapes or not outputs:
        return {}
    entrance = shapes if len(shapes) > 1 else shapes[0]
    return keras.Model(model.inputs, outputs).compute_output_shape(entrance)


def _output(operation: keras.Operation) -> keras.KerasTensor | None:
    """What a layer gives; None where there are several tensors, or they are a nested model's."""
    if isinstance(operation, keras.Model):  # which knows the tensors of its own graph only
        return None
    try:
        output = operation.output
    except (AttributeError, ValueError):  # called more than once
        return None
    return output if isinstance(output, keras.KerasTensor) else None


def _row(layer: keras.Layer, path: str, before: Shape | None, value: _Value) -> dict[str, Any]:
    field = value.field
    return {
        "layer": f"{path}/{layer.name}",
        "type": type(layer).__name__,
        "output": "" if value.shape is None else _words(value.shape[1:]),
        "parameters": layer.count_params(),
        "trainable": sum(math.prod(weight.shape) for weight in layer.trainable_weights),
        "receptive_field": "" if field is None else str(field),
        "stride": "" if field is None else field.stride(),
        "bytes": _bytes(value.shape),
        "multiply_adds": _multiply_adds(layer, before, value.shape),
    }


def _words(shape: Shape) -> str:
    return " x ".join("?" if side is None else str(side) for side in shape)


def _bytes(shape: Shape | None) -> int | None:
    values = None if shape is None else _product(shape[1:])
    return None if values is None else FLOAT * values


def _multiply_adds(layer: keras.Layer, before: Shape | None, after: Shape | None) -> int | None:
    """How often the weights of kernels are multiplied with values of one sample."""
    kernels = sum(
        math.prod(weight.shape) for weight in layer.weights if weight.name.endswith("kernel")
    )
    if not kernels or not getattr(layer, "shares_weights", True):
        return kernels
    steps = getattr(layer, "return_sequences", None)  # of recurrent layers, over their input
    applied = before if steps is not None or "Transpose" in type(layer).__name__ else after
    places = None if applied is None else _product(applied[1:-1])
    return None if places is None else kernels * places


def _product(sides: Shape) -> int | None:
    return None if None in sides else math.prod(side or 0 for side in sides)


def _behind(
    layer: keras.Operation, config: Mapping[str, Any], before: Sequence[_Value]
) -> Field | None:
    """The field behind a layer; None when it, or a field before it, is not known."""
    known = [value.field for value in before if value.field is not None]
    if not known or len(known) < len(before):
        return None
    field, kind = _widest(known), type(layer).__name__
    reach = getattr(layer, "reach", None)
    if kind in POINTWISE or reach == PLACE:
        return field.shifted(_cut_off(kind, config, len(field.sizes)))
    if kind in WHOLE or reach == ALL:
        return field.whole()
    return _through_window(kind, config, field, before[0].shape)


def _cut_off(kind: str, config: Mapping[str, Any], axes: int) -> list[float]:
    """How many values a layer cuts off at the beginning of each axis; below 0 what it adds."""
    sign = {"ZeroPadding": -1, "Cropping": 1}.get(kind[:-2], 0)
    if not sign:
        return [0] * axes
    borders = config["padding" if sign < 0 else "cropping"]
    borders = borders if isinstance(borders[0], list | tuple) else [borders]
    return [sign * border[0] for border in borders]


def _through_window(
    kind: str, config: Mapping[str, Any], field: Field, before: Shape | None
) -> Field | None:
    """The field behind what slides over its input; None when it does not."""
    if kind.startswith("UpSampling"):
        reach = 1 if config.get("interpolation", "nearest") == "nearest" else 2
        factors = _axes(config["size"], field)
        middles = [(1 / factor - 1) / 2 for factor in factors]
        return field.through([reach] * len(factors), [1 / factor for factor in factors], middles)
    window = config.get("kernel_size", config.get("pool_size"))
    if window is None:
        return None
    kernels, strides = _axes(window, field), _axes(config.get("strides") or window, field)
    same = config.get("padding") == "same"
    if "Transpose" in kind:
        pairs = list(zip(kernels, strides, strict=True))
        reaches = [math.ceil(kernel / stride) for kernel, stride in pairs]
        padded = [max(kernel - stride, 0) // 2 if same else 0 for kernel, stride in pairs]
        middles = [(p - (k - 1) / 2) / s for p, (k, s) in zip(padded, pairs, strict=True)]
        return field.through(reaches, [1 / stride for stride in strides], middles)
    dilations = _axes(config.get("dilation_rate", 1), field)
    spread = [(k - 1) * d + 1 for k, d in zip(kernels, dilations, strict=True)]
    sides = before[1:-1] if before else (None,) * len(spread)
    axes = zip(spread, strides, sides, strict=True)
    padded = [_padded(*axis) if same else 0 for axis in axes]
    return field.through(
        spread, strides, [(k - 1) / 2 - p for k, p in zip(spread, padded, strict=True)]
    )


def _padded(kernel: int, stride: int, side: int | None) -> int:
    """What the padding `same` adds at the beginning; an unknown side is a multiple of strides."""
    positions = 1 if side is None else math.ceil(side / stride)
    covered = stride if side is None else side
    return max((positions - 1) * stride + kernel - covered, 0) // 2


def _widest(fields: Sequence[Field]) -> Field:
    """What several fields cover together: branches meet in the middle of each other."""
    sizes = tuple(map(max, zip(*(field.sizes for field in fields), strict=True)))
    steps = tuple(map(max, zip(*(field.steps for field in fields), strict=True)))
    return Field(sizes, steps, max(fields, key=lambda field: field.sizes).centres)


def _axes(value: int | Sequence[int], field: Field) -> list[int]:
    return [value] * len(field.sizes) if isinstance(value, int) else list(value)


def _sources(nodes: Any) -> Iterator[_End]:
    """The outputs that a layer is given."""
    if isinstance(nodes, Mapping):
        if "keras_history" in nodes:
            name, _, index = nodes["keras_history"]
            yield name, index
        nodes = list(nodes.values())
    if isinstance(nodes, list | tuple):
        for each in nodes:
            yield from _sources(each)


def _ends(config: Mapping[str, Any]) -> list[_End]:
    """The outputs of a model in their order; none are named of a Sequential."""
    ends = config.get("output_layers", [])
    ends = list(ends.values()) if isinstance(ends, Mapping) else ends
    ends = [ends] if ends and isinstance(ends[0], str) else ends
    return [(name, index) for name, _, index in ends]
