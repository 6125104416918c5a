"""EfficientNet-Lite0: what EfficientNet-B0 becomes where devices are small."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import keras
import numpy as np

from models.shared.layers import NORM_MOMENTUM, convolve_linearly

STEM, HEAD = 32, 1280
"""Channels of the first and of the last convolution."""


class Stage(NamedTuple):
    """Blocks of one shape.

    Attributes:
        blocks: How many there are.
        kernel: Height and width of the filters.
        stride: Of the first of them.
        expansion: How many times more channels a block has within.
        filters: Channels between blocks.
    """

    blocks: int
    kernel: int
    stride: int
    expansion: int
    filters: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


def efficientnet_lite(colours: keras.KerasTensor) -> keras.Model:
    """Builds the network below its classifier.

    That of Tan and Le (2019), "EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks", without squeeze-and-excitation and with ReLU6 for swish: 3,371,008 trained
    parameters. The expansions within blocks are the last, and widest, maps of their strides.

    Args:
        colours: Pixels in 0..255, `[batch, height, width, 3]` of any size.

    Returns:
        A model to 1,280 feature maps of stride 32.
    """
    maps = keras.layers.Rescaling(1 / 128, -127 / 128)(colours)
    maps = _relu6(convolve_linearly(maps, STEM, "stem", strides=2))
    for number, (stage, stride) in enumerate(_blocks()):
        maps = _block(maps, f"block{number}", stage, stride)
    maps = _relu6(convolve_linearly(maps, HEAD, "head", kernel=1))
    return keras.Model(keras.utils.get_source_inputs(colours), maps)


def _blocks() -> Iterator[tuple[Stage, int]]:
    """The stage and the stride of each block."""
    for stage in STAGES:
        for number in range(stage.blocks):
            yield stage, 1 if number else stage.stride


def _block(maps: keras.KerasTensor, name: str, stage: Stage, stride: int) -> keras.KerasTensor:
    """Widens maps, filters each by itself and narrows them again."""
    inner, channels = maps, maps.shape[-1]
    if stage.expansion > 1:
        wide = channels * stage.expansion
        inner = _relu6(convolve_linearly(inner, wide, f"{name}_expand", kernel=1))
    depthwise = keras.layers.DepthwiseConv2D(
        stage.kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )
    norm = keras.layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"{name}_depthwise_norm")
    inner = _relu6(norm(depthwise(inner)))
    inner = convolve_linearly(inner, stage.filters, f"{name}_project", kernel=1)
    same = stride == 1 and channels == stage.filters
    return keras.layers.Add()([maps, inner]) if same else inner


def _relu6(maps: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.ReLU(6.0)(maps)


def assign_tensors(network: keras.Model, tensors: Mapping[str, np.ndarray]) -> None:
    """Gives a network the weights that EfficientNet-PyTorch has for it.

    Args:
        network: What `efficientnet_lite` built, or a network with layers of these names.
        tensors: The state dict of that program's network.
    """
    for name, prefix in torch_names().items():
        layer = network.get_layer(name)
        if isinstance(layer, keras.layers.BatchNormalization):
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([tensors[f"{prefix}.{part}"] for part in parts])
        else:  # output, input, row, column
            rows_first = (2, 3, 0, 1) if name.endswith("_depthwise") else (2, 3, 1, 0)
            layer.set_weights([tensors[f"{prefix}.weight"].transpose(rows_first)])


def torch_names() -> dict[str, str]:
    """What EfficientNet-PyTorch calls each layer that has weights."""
    names = {"stem": "_conv_stem", "stem_norm": "_bn0", "head": "_conv_head", "head_norm": "_bn1"}
    for number, (stage, _) in enumerate(_blocks()):
        for at, part in enumerate(("expand", "depthwise", "project")):
            if part == "expand" and stage.expansion == 1:
                continue
            names[f"block{number}_{part}"] = f"_blocks.{number}._{part}_conv"
            names[f"block{number}_{part}_norm"] = f"_blocks.{number}._bn{at}"
    return names
