"""A network laid open: every layer's maps, whatever models are nested in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, takewhile
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from components.core.filters import first_kernel, has_kernel
from components.core.layers import Field, receptive_fields

BATCH = 32
MAPS_RANK = 4


@dataclass(frozen=True)
class Inside:
    """A network whose layers lie side by side, from pixels as floats to its raw outputs.

    Attributes:
        model: From float `[batch, height, width, channels]`, 0 to 255, to raw outputs.
        maps: What layers from the first kernel on give, `[batch, rows, columns, channels]`, by
            their path, in the order in which they are run.
        titles: How these layers are called: by the last kernel before them, and their type.
        fields: The receptive field of these layers, where it is known.
        first: The first layer with a kernel; None where there is none.
        vector: What the last layer with a kernel is given, `[batch, features]`; None where it is
            not a dense one.
    """

    model: keras.Model
    maps: Mapping[str, keras.KerasTensor]
    titles: Mapping[str, str]
    fields: Mapping[str, Field]
    first: keras.Layer | None
    vector: keras.KerasTensor | None

    def until(self, name: str) -> keras.Model:
        """The part of the network that gives a layer's maps."""
        return keras.Model(self.model.input, self.maps[name])

    def with_outputs(self, name: str) -> keras.Model:
        """The network with a layer's maps as well: a list of the maps and the raw outputs."""
        return keras.Model(self.model.input, [self.maps[name], self.model.output])

    def blocks(self) -> list[str]:
        """The last layer of each size of maps, in the order in which they are run."""
        runs = groupby(self.maps, key=lambda name: self.maps[name].shape[1:3])
        return [list(names)[-1] for size, names in runs if max(size) > 1]

    def descent(self) -> list[str]:
        """The blocks from the first to the deepest; behind it, what was seen is put together."""
        blocks, deepest = self.blocks(), self.deepest()
        return blocks[: blocks.index(deepest) + 1] if deepest else []

    def deepest(self) -> str | None:
        """The last of the layers whose maps are smallest; None where there are no maps."""
        sizes = {name: int(np.prod(self.maps[name].shape[1:3])) for name in self.blocks()}
        return min(reversed(sizes), key=sizes.__getitem__) if sizes else None

    def embedding(self) -> tuple[keras.Model, str] | None:
        """The part of the network that gives a vector a sample, and what it is; None without any.

        It is what the last dense layer tells classes by, or else the means of the deepest maps.
        """
        if self.vector is not None:
            return keras.Model(self.model.input, self.vector), "what the last dense layer is given"
        name = self.deepest()
        if name is None:
            return None
        means = keras.layers.GlobalAveragePooling2D()(self.maps[name])
        return keras.Model(self.model.input, means), f"the means of the maps of {self.titles[name]}"


def lay_open(network: keras.Model, shape: Sequence[int]) -> Inside:
    """Opens a network; its layers are shared, not copied.

    Args:
        network: From pixels `[batch, height, width, channels]` in 0 to 255.
        shape: Height, width and channels of an image, for a network that takes any size.
    """
    found: dict[str, tuple[keras.Layer, Any]] = {}
    pixels = keras.Input(tuple(shape), dtype="float32")
    outputs = _run(network, found, pixels)
    found = _whole(found)
    kernels = [name for name, (layer, _) in found.items() if has_kernel(layer)]
    names = list(found)[list(found).index(kernels[0]) :] if kernels else []
    fields = receptive_fields(network, shape)
    return Inside(
        model=keras.Model(pixels, outputs),
        maps={name: found[name][1] for name in names if _are_maps(found[name][1])},
        titles=_titles({name: found[name][0] for name in names}),
        fields={name: fields[name] for name in names if name in fields},
        first=first_kernel(network),
        vector=_given_to_last(found, kernels),
    )


def _whole(found: Mapping[str, tuple[keras.Layer, Any]]) -> dict[str, tuple[keras.Layer, Any]]:
    """The layers before the first that divides samples, as its attribute `divides` says.

    Those behind, of regions say, have many maps a sample.
    """
    return dict(takewhile(lambda each: not getattr(each[1][0], "divides", False), found.items()))


def _given_to_last(
    found: Mapping[str, tuple[keras.Layer, Any]], kernels: Sequence[str]
) -> keras.KerasTensor | None:
    """What the last layer with a kernel is given, where both are vectors."""
    names = list(found)
    at = names.index(kernels[-1]) if kernels else 0
    pair = [found[name][1] for name in names[max(at - 1, 0) : at + 1]]
    vectors = [each for each in pair if isinstance(each, keras.KerasTensor) and each.ndim == 2]
    return vectors[0] if len(vectors) == 2 else None


def _titles(layers: Mapping[str, keras.Layer]) -> dict[str, str]:
    """Layers by the last one with a kernel: many have numbers for names, but few of those."""
    titles, kernel = {}, ""
    for name, layer in layers.items():
        if has_kernel(layer):
            titles[name] = kernel = layer.name
        else:
            titles[name] = f"{kernel}, {type(layer).__name__}"
    return titles


def _run(model: keras.Model, found: dict[str, tuple[keras.Layer, Any]], values: Any) -> Any:
    """Runs a model's layers one by one, and notes what each gives."""
    call = partial(_call, found, model.name)
    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            values = call(layer, values)
        return values
    # `clone_model` does as much, and nests what was nested
    return model._run_through_graph(values, operation_fn=lambda layer: layer, call_fn=call)


def _call(
    found: dict[str, tuple[keras.Layer, Any]],
    path: str,
    layer: keras.Operation,
    *values: Any,
    **options: Any,
) -> Any:
    if isinstance(layer, keras.Model):
        return _run(layer, found, *values)
    outputs = layer(*values, **options)
    if isinstance(layer, keras.Layer):
        found[f"{path}/{layer.name}"] = (layer, outputs)
    return outputs


def _are_maps(value: Any) -> bool:
    return isinstance(value, keras.KerasTensor) and len(value.shape) == MAPS_RANK


def run_in_batches(
    model: keras.Model, pixels: np.ndarray, keep: Callable[[tf.Tensor], tf.Tensor] = tf.identity
) -> np.ndarray:
    """What a model says of many images, float32 `[images, ...]`.

    Args:
        model: As `Inside` gives it.
        pixels: `[images, height, width, channels]` in 0 to 255.
        keep: What is kept of the float32 outputs of a batch; maps of many images are large.
    """
    step = tf.function(lambda batch: keep(tf.cast(model(batch, training=False), tf.float32)))
    starts = range(0, len(pixels), BATCH)
    batches = [step(tf.cast(pixels[start : start + BATCH], tf.float32)) for start in starts]
    return np.concatenate([batch.numpy() for batch in batches])
