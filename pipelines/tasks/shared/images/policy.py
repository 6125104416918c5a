"""Random, label-correct changes of a batch, each example from its own seed.

An example's result depends on its pixels, its labels, its seed and the parameters alone: not on
the batch it comes in, nor on the order of the batches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field

from components.core.block import Block
from components.core.parts import Tensors

if TYPE_CHECKING:
    import tensorflow as tf

    from pipelines.tasks.shared.images.geometry import Warp


class Flips(Block):
    """Which mirror images of an image are as good as the image itself.

    Attributes:
        horizontal_flip: Whether half of the images are mirrored left to right.
        vertical_flip: Whether half of the images are mirrored top to bottom.
    """

    horizontal_flip: bool = False
    vertical_flip: bool = False


class ImagePolicy(Flips):
    """Random, label-correct changes of an image; ranges are symmetric around "no change".

    Attributes:
        shift: Largest shift, as a fraction of the image's side.
        rotation: Largest rotation in degrees.
        scale: Largest change of scale: 0.1 means 0.9 to 1.1.
        crop: Largest share of each side cut away before scaling back to size.
        brightness: Largest change of brightness, as a fraction of the value range.
        contrast: Largest change of contrast: 0.1 means 0.9 to 1.1.
        blur: Largest standard deviation of a Gaussian blur, in pixels.
        noise: Largest standard deviation of Gaussian noise, as a fraction of the value range.
        cutout: Largest side of a grey square put on the image, as a fraction of its side.
    """

    shift: float = Field(0.0, ge=0, lt=1)
    rotation: float = Field(0.0, ge=0, le=180)
    scale: float = Field(0.0, ge=0, lt=1)
    crop: float = Field(0.0, ge=0, lt=1)
    brightness: float = Field(0.0, ge=0, le=1)
    contrast: float = Field(0.0, ge=0, lt=1)
    blur: float = Field(0.0, ge=0)
    noise: float = Field(0.0, ge=0, le=1)
    cutout: float = Field(0.0, ge=0, lt=1)


def augment(
    images: tf.Tensor,
    labels: Tensors,
    seeds: tf.Tensor,
    params: ImagePolicy,
    warp_labels: Callable[[Tensors, Warp], dict[str, tf.Tensor]],
) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
    """Changes images and labels at random; with all parameters at zero it is the identity.

    Args:
        images: uint8 `[batch, height, width, channels]`; all but the batch static.
        labels: What must move along, `[batch, ...]` each.
        seeds: One seed an example, int32 or int64 `[batch, 2]`.
        params: How far each change goes.
        warp_labels: Moves the labels along with the images; called where images move.

    Returns:
        Images and labels of the same shapes and types.
    """
    import tensorflow as tf

    from pipelines.tasks.shared.images.draws import draw
    from pipelines.tasks.shared.images.geometry import sample_warp
    from pipelines.tasks.shared.images.photometry import distort

    draws = draw(seeds)
    pixels, labels = tf.cast(images, tf.float32), dict(labels)
    if _moves(params):
        warp = sample_warp(draws, params, tuple(images.shape[1:3]))
        pixels, labels = warp.images(pixels), warp_labels(labels, warp)
    pixels = distort(pixels, draws, seeds, params)
    return tf.saturate_cast(tf.round(pixels), tf.uint8), labels


def _moves(params: ImagePolicy) -> bool:
    """Whether pixels may change their place."""
    ranges = (params.rotation, params.scale, params.shift, params.crop)
    return params.horizontal_flip or params.vertical_flip or any(ranges)
