"""A logit for each class in every pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from components.core.block import Block
from components.core.masks import VOID
from components.core.parts import Learning, Tensors
from pipelines.tasks.segmentation.classes import MaskClasses

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    import tensorflow_transform as tft


class MaskTraining(Block):
    """What learns masks, and what the loss is made of.

    Attributes:
        model: A module of `models`.
        pixel_weights: `median_frequency` lets pixels of rare classes count more, after Eigen
            and Fergus (2015).
        dice: The share of the Dice loss; the rest is cross-entropy.
    """

    model: str = "unet"
    pixel_weights: Literal["none", "median_frequency"] = "none"
    dice: float = Field(0.0, ge=0, le=1)


class MaskLearning(Learning):
    """Classifies every pixel."""

    checks: MaskClasses
    train: MaskTraining

    def classes(self, transform: tft.TFTransformOutput) -> tuple[str, ...]:
        """Those that `checks.classes` lists."""
        return self.checks.classes

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """One logit a class."""
        return len(self.checks.classes)

    def target(self, example: Tensors) -> tf.Tensor:
        """The index of each pixel's class, int32 `[batch, height, width]`; 255 where void."""
        import tensorflow as tf

        return tf.cast(example["mask"], tf.int32)

    def weights(self, example: Tensors) -> tf.Tensor:
        """The weight of each pixel, float32 `[batch, height, width]`; 0 where void."""
        import tensorflow as tf

        mask = example["mask"]
        known = tf.cast(mask != VOID, tf.float32)
        if self.train.pixel_weights == "none":
            return known
        index = tf.where(mask == VOID, tf.zeros_like(mask), mask)
        return known * tf.gather(example["class_weights"], tf.cast(index, tf.int32), batch_dims=1)

    def loss(self) -> keras.losses.Loss:
        """Cross-entropy of the pixels, mixed with the Dice loss where `train.dice` asks for it."""
        from pipelines.tasks.segmentation.losses import SegmentationLoss

        return SegmentationLoss(dice=self.train.dice)

    def metrics(self) -> list[keras.metrics.Metric]:
        """Mean IoU at the size that the model is trained at."""
        from pipelines.tasks.segmentation.losses import MeanIoU

        return [MeanIoU()]

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """Enlarges the logits to the images as they came.

        Args:
            outputs: Logits, `[batch, height, width, classes]`.
            context: Height and width of each image, int32 `[batch, 2]`.

        Returns:
            `mask`, string `[batch]`: PNGs of class indices, of the images' own sizes.
        """
        import tensorflow as tf

        def encode(pair: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            logits = tf.image.resize(tf.cast(pair[0], tf.float32), pair[1])
            classes = tf.argmax(logits, axis=-1, output_type=tf.int32)
            return tf.io.encode_png(tf.cast(classes, tf.uint8)[..., tf.newaxis])

        return {"mask": tf.map_fn(encode, (outputs, context), fn_output_signature=tf.string)}
