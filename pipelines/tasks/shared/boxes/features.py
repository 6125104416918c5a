"""Boxes in the transformed examples: `checks.max_boxes` places, filled from the first on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.core.boxes import BOXES, CROWD, DIFFICULT, LABELS, SIDES
from components.core.parts import Features, Tensors
from components.samples.image import ImageSize
from pipelines.tasks.shared.boxes.params import BoxClasses

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    from PIL import Image

NONE = -1
"""The class of a place without a box."""

CLASS, IGNORED = "box_class", "box_ignored"


class BoxFeatures(Features):
    """`boxes`, `box_class` and `box_ignored`."""

    checks: BoxClasses
    prepare: ImageSize

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Boxes in pixels of the network's input, clipped to it.

        Returns:
            `boxes`, float32 `[batch, max_boxes, 4]`, 0 where there is none; `box_class`, int64
            `[batch, max_boxes]`, the index of the class, -1 where there is none; `box_ignored`,
            int64 likewise, 1 where a box is difficult or a crowd.
        """
        import tensorflow as tf

        most = self.checks.max_boxes
        sides = [tf.reshape(inputs[side], (-1, 1, 1)) for side in ("width", "height")]
        sizes = tf.cast(tf.concat([*sides, *sides], axis=2), tf.float32)
        boxes = tf.reshape(pad(inputs[BOXES], SIDES * most, 0.0), (-1, most, SIDES))
        shares = tf.clip_by_value(tf.math.divide_no_nan(boxes, sizes), 0.0, 1.0)
        width, height = float(self.prepare.width), float(self.prepare.height)
        names = pad(inputs[LABELS], most, "")
        known = tf.equal(names[..., tf.newaxis], tf.constant(self.checks.classes))
        ignored = pad(inputs[DIFFICULT], most, 0) + pad(inputs[CROWD], most, 0)
        return {
            BOXES: shares * tf.constant([width, height, width, height]),
            CLASS: tf.where(tf.reduce_any(known, -1), _first(known), NONE),
            IGNORED: tf.minimum(ignored, 1),
        }

    def draw(self, picture: Image.Image, example: Mapping[str, np.ndarray]) -> Image.Image:
        """The picture, enlarged if it is small, with its boxes."""
        from pipelines.tasks.shared.boxes.drawing import draw_truth

        chosen = example[CLASS] > NONE
        labels = {
            BOXES: example[BOXES][chosen],
            LABELS: [self.checks.classes[index] for index in example[CLASS][chosen]],
            DIFFICULT: example[IGNORED][chosen],
            CROWD: example[IGNORED][chosen],
        }
        return draw_truth(picture, labels, self.checks.classes)


def _first(known: tf.Tensor) -> tf.Tensor:
    """The place of the first truth along the last axis, int64."""
    import tensorflow as tf

    return tf.argmax(tf.cast(known, tf.int32), axis=-1)


def pad(values: tf.Tensor | tf.SparseTensor, length: int, fill: float | str) -> tf.Tensor:
    """Rows of any number of values as rows of the same number, `[batch, length]`."""
    import tensorflow as tf

    if isinstance(values, tf.SparseTensor):
        values = tf.sparse.to_dense(values, default_value=tf.constant(fill, values.dtype))
    values = values[:, :length]
    missing = length - tf.shape(values)[1]
    padded = tf.pad(values, [[0, 0], [0, missing]], constant_values=tf.constant(fill, values.dtype))
    return tf.ensure_shape(padded, (None, length))
