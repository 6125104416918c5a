"""A class for every pixel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from components.core.masks import VOID
from components.train.params import TrainParams
from components.validate.params import CheckParams
from pipelines.params import TaskParams
from pipelines.tasks.base import Task, Tensors

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import tensorflow as tf
    import tensorflow_transform as tft
    from great_expectations.expectations import Expectation
    from PIL import Image

    from components.augment.geometry import Warp
    from components.evaluate.evaluation import Evaluation
    from components.evaluate.tiling import Window


class SegmentationChecks(CheckParams):
    """What the validate stage demands of a table of images with masks.

    Attributes:
        classes: The classes; a pixel of a mask is the index of its class.
        void: The value of pixels that have none; they are left out of loss and metrics.
        max_void: The largest share of an image that may be void.
        min_share: What each class must have more than of a training image on average, as a
            share of all its pixels.
    """

    classes: tuple[str, ...] = Field(min_length=2, max_length=VOID)
    void: int = Field(VOID, ge=0, le=VOID)
    max_void: float = Field(1.0, ge=0, le=1)
    min_share: float = Field(0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _values_differ(self) -> SegmentationChecks:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("two classes have the same name")
        if self.void < len(self.classes):
            raise ValueError(f"void ({self.void}) is the index of {self.classes[self.void]}")
        return self


class SegmentationTrain(TrainParams):
    """How the model is built and fitted.

    Attributes:
        pixel_weights: `median_frequency` lets pixels of rare classes count more, after Eigen
            and Fergus (2015).
        dice: The share of the Dice loss; the rest is cross-entropy.
    """

    class_weights: Literal["none"] = "none"
    pixel_weights: Literal["none", "median_frequency"] = "none"
    dice: float = Field(0.0, ge=0, le=1)


class SegmentationParams(TaskParams):
    """The block of a segmentation task."""

    checks: SegmentationChecks
    train: SegmentationTrain


class Segmentation(Task):
    """One class for each pixel, in the column `mask`: a PNG with one byte a pixel."""

    params_type = SegmentationParams

    def label_columns(self) -> Mapping[str, pa.DataType]:
        """`mask`, a PNG of class indices, as high and wide as the image."""
        import pyarrow as pa

        return {"mask": pa.binary()}

    def derive_columns(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds what the rules look at in the masks, and drops the masks."""
        from components.validate.masks import describe_masks

        return describe_masks(rows)

    def expectations(self, params: TaskParams) -> Sequence[Expectation]:
        """Masks are there, fit their images and hold known classes, each of them in training."""
        from components.validate.masks import mask_expectations

        assert isinstance(params, SegmentationParams)
        checks = params.checks
        return mask_expectations(checks.classes, checks.void, checks.max_void, checks.min_share)

    def preprocess_labels(self, inputs: Tensors, params: TaskParams) -> dict[str, tf.Tensor]:
        """Masks of the model's input size as PNG, and the weight of each class.

        Returns:
            `mask`, string `[batch]`, nearest neighbours of the masks as they came, void at
            255; `class_weights`, float32 `[batch, classes]`, the same in every example.
        """
        import tensorflow as tf

        from components.prepare.class_frequencies import class_weights_of

        assert isinstance(params, SegmentationParams)
        masks = _decode_masks(tf.reshape(inputs["mask"], (-1,)), params)
        weights = class_weights_of(masks, len(params.checks.classes))
        return {
            "mask": tf.map_fn(
                lambda mask: tf.io.encode_png(mask[..., tf.newaxis]),
                masks,
                fn_output_signature=tf.string,
            ),
            "class_weights": tf.tile(weights[tf.newaxis], (tf.shape(masks)[0], 1)),
        }

    def decode_labels(self, labels: Tensors) -> dict[str, tf.Tensor]:
        """Decodes the mask: uint8 `[height, width]`."""
        import tensorflow as tf

        return {**labels, "mask": tf.io.decode_png(labels["mask"], channels=1)[..., 0]}

    def encode_labels(self, labels: Tensors) -> dict[str, tf.Tensor]:
        """Encodes the masks, string `[batch]`."""
        import tensorflow as tf

        masks = labels["mask"][..., tf.newaxis]
        return {**labels, "mask": tf.map_fn(tf.io.encode_png, masks, fn_output_signature=tf.string)}

    def warp_labels(self, labels: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        """Moves the masks; what comes from outside the image is void."""
        return {**labels, "mask": warp.masks(labels["mask"], fill=VOID)}

    def draw_labels(self, image: Image.Image, labels: Mapping[str, np.ndarray]) -> Image.Image:
        """The image under its mask."""
        from components.evaluate.palette import overlay

        return overlay(image, labels["mask"])

    def classes(self, transform: tft.TFTransformOutput, params: TaskParams) -> tuple[str, ...]:
        """Those that `checks.classes` lists."""
        assert isinstance(params, SegmentationParams)
        return params.checks.classes

    def units(self, transform: tft.TFTransformOutput, params: TaskParams) -> int:
        """One logit a class."""
        return len(self.classes(transform, params))

    def target(self, labels: Tensors) -> tf.Tensor:
        """The index of each pixel's class, int32 `[batch, height, width]`; 255 where void."""
        import tensorflow as tf

        return tf.cast(labels["mask"], tf.int32)

    def sample_weights(self, labels: Tensors, params: TaskParams) -> tf.Tensor:
        """The weight of each pixel, float32 `[batch, height, width]`; 0 where void."""
        import tensorflow as tf

        assert isinstance(params, SegmentationParams)
        mask = labels["mask"]
        known = tf.cast(mask != VOID, tf.float32)
        if params.train.pixel_weights == "none":
            return known
        index = tf.where(mask == VOID, tf.zeros_like(mask), mask)
        return known * tf.gather(labels["class_weights"], tf.cast(index, tf.int32), batch_dims=1)

    def loss(self, params: TaskParams) -> keras.losses.Loss:
        """Cross-entropy of the pixels, mixed with the Dice loss where `train.dice` asks for it."""
        from components.train.segmentation_losses import SegmentationLoss

        assert isinstance(params, SegmentationParams)
        return SegmentationLoss(dice=params.train.dice)

    def monitors(self) -> list[keras.metrics.Metric]:
        """Mean IoU at the size that the model is trained at."""
        from components.train.segmentation_losses import MeanIoU

        return [MeanIoU()]

    def serve(self, outputs: tf.Tensor, sizes: tf.Tensor) -> dict[str, tf.Tensor]:
        """`mask`, string `[batch]`: PNGs of class indices, of the images' own sizes."""
        import tensorflow as tf

        def encode(pair: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            logits = tf.image.resize(tf.cast(pair[0], tf.float32), pair[1])
            classes = tf.argmax(logits, axis=-1, output_type=tf.int32)
            return tf.io.encode_png(tf.cast(classes, tf.uint8)[..., tf.newaxis])

        return {"mask": tf.map_fn(encode, (outputs, sizes), fn_output_signature=tf.string)}

    def evaluation(self, classes: Sequence[str], params: TaskParams) -> Evaluation:
        """IoU and accuracy of each class and their means, at the images' own sizes."""
        from components.evaluate.segmentation import SegmentationEvaluation

        assert isinstance(params, SegmentationParams)
        return SegmentationEvaluation(classes, params.checks.void, params.evaluate.pictures)

    def describe(
        self, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> dict[str, Any]:
        """The share of the image that each class takes."""
        from components.evaluate.segmentation import describe

        return describe(prediction, classes)

    def draw(
        self, image: Image.Image, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> Image.Image:
        """The image under its mask, with a legend."""
        from components.evaluate.segmentation import draw

        return draw(image, prediction, classes)

    def artifacts(
        self, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> Mapping[str, Image.Image]:
        """`mask`: class indices with a palette."""
        from components.evaluate.segmentation import artifacts

        return artifacts(prediction, classes)

    def stitch(
        self,
        predictions: Iterable[Mapping[str, np.ndarray]],
        windows: Sequence[Window],
        size: tuple[int, int],
    ) -> Mapping[str, np.ndarray]:
        """The mask of an image from those of its tiles."""
        from components.evaluate.segmentation import stitch

        return stitch(predictions, windows, size)


def _decode_masks(encoded: tf.Tensor, params: SegmentationParams) -> tf.Tensor:
    """Masks of the model's input size, uint8 `[batch, height, width]`, void at 255."""
    import tensorflow as tf

    size = (params.prepare.height, params.prepare.width)

    def decode(contents: tf.Tensor) -> tf.Tensor:
        mask = tf.io.decode_png(contents, channels=1)
        return tf.image.resize(mask, size, tf.image.ResizeMethod.NEAREST_NEIGHBOR)[..., 0]

    masks = tf.map_fn(decode, encoded, fn_output_signature=tf.uint8)
    masks = tf.where(masks == params.checks.void, tf.constant(VOID, tf.uint8), masks)
    return tf.ensure_shape(masks, (None, *size))


TASK = Segmentation()
