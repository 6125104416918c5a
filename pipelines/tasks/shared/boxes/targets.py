"""What a detector is fitted to: the boxes of an image in one tensor."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from components.core.boxes import BOXES, SIDES
from components.core.parts import Tensors
from pipelines.tasks.shared.boxes.features import CLASS, IGNORED, NONE


class Targets(NamedTuple):
    """The boxes of a batch, as many places as the fullest image needs, one at least.

    Attributes:
        boxes: In pixels of the network's input, float32 `[batch, places, 4]`.
        classes: The index of the class, int32 `[batch, places]`; -1 where there is no box.
        wanted: Which are to be found, bool `[batch, places]`.
        ignored: Which do not count, bool `[batch, places]`.
    """

    boxes: tf.Tensor
    classes: tf.Tensor
    wanted: tf.Tensor
    ignored: tf.Tensor


def pack_targets(example: Tensors) -> tf.Tensor:
    """The unpacked features of boxes as one tensor, float32 `[batch, places, 6]`."""
    flags = tf.stack([example[CLASS], example[IGNORED]], axis=-1)
    return tf.concat([example[BOXES], tf.cast(flags, tf.float32)], axis=-1)


def unpack_targets(packed: tf.Tensor) -> Targets:
    """The inverse of `pack_targets`, without the places that no image of the batch fills."""
    classes = tf.cast(packed[..., SIDES], tf.int32)
    filled = tf.reduce_sum(tf.cast(classes > NONE, tf.int32), axis=1)
    packed = packed[:, : tf.maximum(tf.reduce_max(filled), 1)]
    classes = tf.cast(packed[..., SIDES], tf.int32)
    ignored = packed[..., SIDES + 1] > 0
    there = classes > NONE
    return Targets(packed[..., :SIDES], classes, there & ~ignored, there & ignored)
