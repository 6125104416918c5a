"""Random, label-correct changes of a batch, each example from its own seed.

An example's result depends on its pixels, its labels, its seed and the parameters alone: not on
the batch it comes in, nor on the order of the batches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from components.core.parts import Tensors
from pipelines.tasks.shared.images.params import ImagePolicy

if TYPE_CHECKING:
    import tensorflow as tf

    from pipelines.tasks.shared.images.geometry import Warp


def augment(
    images: tf.Tensor,
    labels: Tensors,
    seeds: tf.Tensor,
    params: ImagePolicy,
    warp_labels: Callable[[Tensors, Warp], dict[str, tf.Tensor]],
    window: tuple[int, int] | None = None,
) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
    """Changes images and labels at random; with all parameters at zero it is the identity.

    Args:
        images: uint8 `[batch, height, width, channels]`; all but the batch static.
        labels: What must move along, `[batch, ...]` each.
        seeds: One seed an example, int32 or int64 `[batch, 2]`.
        params: How far each change goes.
        warp_labels: Moves the labels along with the images; called where images move.
        window: Height and width of what is cut out of each image; None for all of it.

    Returns:
        Images and labels of the same types and, without a window, of the same shapes.
    """
    import tensorflow as tf

    from pipelines.tasks.shared.images.draws import draw
    from pipelines.tasks.shared.images.geometry import sample_warp
    from pipelines.tasks.shared.images.photometry import distort

    draws = draw(seeds)
    pixels, labels = tf.cast(images, tf.float32), dict(labels)
    if window or _moves(params):
        warp = sample_warp(draws, params, tuple(images.shape[1:3]), window)
        pixels, labels = warp.images(pixels), warp_labels(labels, warp)
    pixels = distort(pixels, draws, seeds, params)
    return tf.saturate_cast(tf.round(pixels), tf.uint8), labels


def _moves(params: ImagePolicy) -> bool:
    """Whether pixels may change their place."""
    ranges = (params.rotation, params.scale, params.shift, params.crop)
    return params.horizontal_flip or params.vertical_flip or any(ranges)
