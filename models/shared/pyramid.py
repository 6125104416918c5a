"""Feature pyramids: Lin et al., 2017, "Feature Pyramid Networks for Object Detection"."""

from collections.abc import Sequence

import keras

from models.shared.layers import convolve


def build_pyramid(
    maps: Sequence[keras.KerasTensor], strides: Sequence[int], width: int
) -> list[keras.KerasTensor]:
    """Maps of all strides with as many channels, coarse ones added to finer ones.

    Args:
        maps: Of a backbone, fine to coarse, `[batch, rows, columns, channels]` each.
        strides: Of the maps in pixels, each twice the one before.
        width: Channels of the results.
    """
    levels: list[keras.KerasTensor] = []
    for finer, stride in zip(reversed(maps), reversed(strides), strict=True):
        level = keras.layers.Conv2D(width, 1, name=f"lateral{stride}")(finer)
        if levels:
            doubled = keras.layers.UpSampling2D(2, name=f"double{stride}")(levels[0])
            level = keras.layers.Add(name=f"sum{stride}")([level, doubled])
        levels.insert(0, level)
    return [
        convolve(level, width, f"level{stride}")
        for level, stride in zip(levels, strides, strict=True)
    ]
