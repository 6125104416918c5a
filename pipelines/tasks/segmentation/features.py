"""Masks in the transformed examples, and how much each class counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.core.masks import VOID
from components.core.parts import Features, Tensors
from components.samples.image import ImageSize
from pipelines.tasks.segmentation.classes import MaskClasses

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    from PIL import Image


class MaskFeatures(Features):
    """`mask` and `class_weights`."""

    checks: MaskClasses
    prepare: ImageSize

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Masks of the network's size as PNG, and the weight of each class.

        Returns:
            `mask`, string `[batch]`, nearest neighbours of the masks as they came, void at
            255; `class_weights`, float32 `[batch, classes]`, the same in every example.
        """
        import tensorflow as tf

        from pipelines.tasks.segmentation.frequencies import class_weights_of

        masks = self.resize(tf.reshape(inputs["mask"], (-1,)))
        weights = class_weights_of(masks, len(self.checks.classes))
        return {
            "mask": encode_masks(masks),
            "class_weights": tf.tile(weights[tf.newaxis], (tf.shape(masks)[0], 1)),
        }

    def resize(self, encoded: tf.Tensor) -> tf.Tensor:
        """Brings masks to the network's size.

        Args:
            encoded: PNGs, string `[batch]`.

        Returns:
            Class indices, uint8 `[batch, height, width]`, void at 255.
        """
        import tensorflow as tf

        size = (self.prepare.height, self.prepare.width)

        def decode(contents: tf.Tensor) -> tf.Tensor:
            mask = tf.io.decode_png(contents, channels=1)
            return tf.image.resize(mask, size, tf.image.ResizeMethod.NEAREST_NEIGHBOR)[..., 0]

        masks = tf.map_fn(decode, encoded, fn_output_signature=tf.uint8)
        masks = tf.where(masks == self.checks.void, tf.constant(VOID, tf.uint8), masks)
        return tf.ensure_shape(masks, (None, *size))

    def unpack(self, example: Tensors) -> dict[str, tf.Tensor]:
        """Decodes the mask: uint8 `[height, width]`."""
        import tensorflow as tf

        return {**example, "mask": tf.io.decode_png(example["mask"], channels=1)[..., 0]}

    def pack(self, batch: Tensors) -> dict[str, tf.Tensor]:
        """Encodes the masks, string `[batch]`."""
        return {**batch, "mask": encode_masks(batch["mask"])}

    def draw(self, picture: Image.Image, example: Mapping[str, np.ndarray]) -> Image.Image:
        """The picture under its mask."""
        from pipelines.tasks.shared.palette import overlay

        return overlay(picture, example["mask"])


def encode_masks(masks: tf.Tensor) -> tf.Tensor:
    """Encodes class indices, uint8 `[batch, height, width]`, as PNGs, string `[batch]`."""
    import tensorflow as tf

    pixels = masks[..., tf.newaxis]
    return tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string)
