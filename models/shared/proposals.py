"""What becomes of a region network's outputs: regions, and of those, found objects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from models.shared.anchors import anchor_boxes, decode_boxes
from models.shared.suppression import suppress

EDGES = 4
LOOKED_AT = 1000
"""The surest anchors of an image, among which regions are sought."""

Shape = tuple[int | None, ...]


@keras.saving.register_keras_serializable(package="convoy")
class Proposals(keras.layers.Layer):
    """The surest boxes of a region network that do not overlap too much."""

    reach = "all"  # what a value depends on, as the table of layers tells

    def __init__(
        self,
        size: tuple[int, int],
        strides: Sequence[int],
        scale: float,
        ratios: Sequence[float],
        most: int,
        overlap: float,
        **kwargs: Any,
    ) -> None:
        """Takes what `anchor_boxes` takes, and how many regions may be left.

        Args:
            size: Height and width of the images in pixels.
            strides: Of the cells in pixels.
            scale: The root of an anchor's area in strides.
            ratios: Height by width of the anchors.
            most: Regions of an image.
            overlap: The IoU from which on the less sure of two regions goes.
            **kwargs: Arguments of every Keras layer.
        """
        super().__init__(**kwargs)
        self.size, self.strides, self.scale, self.ratios = tuple(size), strides, scale, ratios
        self.most, self.overlap = most, overlap
        self.anchors = anchor_boxes(size[0], size[1], strides, scale, ratios)

    def call(self, outputs: tf.Tensor) -> tf.Tensor:
        """Regions, the surest first; where there are too few, empty ones follow.

        Args:
            outputs: float32 `[batch, anchors, 5]`: four differences and a logit.

        Returns:
            In pixels, within the image, float32 `[batch, most, 4]`; not differentiated.
        """
        outputs = tf.stop_gradient(outputs)
        sure = tf.math.top_k(outputs[..., EDGES], min(LOOKED_AT, len(self.anchors)))
        differences = tf.gather(outputs[..., :EDGES], sure.indices, axis=1, batch_dims=1)
        boxes = decode_boxes(differences, tf.gather(self.anchors, sure.indices))
        height, width = self.size
        size = tf.constant([width, height] * 2, tf.float32)
        scores = tf.sigmoid(sure.values)[..., tf.newaxis]
        kept = suppress(boxes / size, scores, 0.0, self.overlap, self.most)
        return kept.boxes * size

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """As many regions of each image."""
        return (input_shape[0], self.most, EDGES)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        names = ("size", "strides", "scale", "ratios", "most", "overlap")
        return super().get_config() | {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable(package="convoy")
class Detections(keras.layers.Layer):
    """The objects that are found in regions: class, box and how sure the network is."""

    reach = "all"  # what a value depends on, as the table of layers tells

    def __init__(
        self,
        size: tuple[int, int],
        classes: int,
        confidence: float,
        overlap: float,
        most: int,
        **kwargs: Any,
    ) -> None:
        """Takes what `suppress` takes.

        Args:
            size: Height and width of the images in pixels.
            classes: How many there are.
            confidence: How sure the network must be of an object, at least.
            overlap: The IoU from which on the less sure of two objects of a class goes.
            most: Objects of an image.
            **kwargs: Arguments of every Keras layer.
        """
        super().__init__(**kwargs)
        self.size, self.classes, self.most = size, classes, most
        self.confidence, self.overlap = confidence, overlap

    def call(self, outputs: tf.Tensor, regions: tf.Tensor) -> tf.Tensor:
        """Objects, the surest first; where there are too few, empty ones of class 0 follow.

        Nothing is differentiated here.

        Args:
            outputs: Of the box head, float32 `[batch * regions, 1 + classes + 4 * classes]`.
            regions: In pixels, float32 `[batch, regions, 4]`.

        Returns:
            x0, y0, x1, y1 in pixels, score and class, float32 `[batch, most, 6]`.
        """
        logits, differences = split_outputs(tf.stop_gradient(outputs), regions, self.classes)
        boxes = decode_boxes(differences, regions[:, :, tf.newaxis])
        height, width = self.size
        size = tf.constant([width, height] * 2, tf.float32)
        there = tf.reduce_any(regions > 0, axis=-1, keepdims=True)
        scores = tf.nn.softmax(logits)[..., 1:] * tf.cast(there, tf.float32)
        kept = suppress(boxes / size, scores, self.confidence, self.overlap, self.most)
        told = tf.stack([kept.scores, tf.cast(kept.classes, tf.float32)], axis=-1)
        return tf.concat([kept.boxes * size, told], axis=-1)

    def compute_output_shape(self, outputs_shape: Shape, regions_shape: Shape) -> Shape:
        """As many objects of each image."""
        return (regions_shape[0], self.most, EDGES + 2)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        names = ("size", "classes", "confidence", "overlap", "most")
        return super().get_config() | {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable(package="convoy")
class ChosenMasks(keras.layers.Layer):
    """Of the masks of all classes those of the classes that were found."""

    reach = "all"  # what a value depends on, as the table of layers tells

    def call(self, logits: tf.Tensor, found: tf.Tensor) -> tf.Tensor:
        """Chooses.

        Args:
            logits: float32 `[batch * objects, side, side, classes]`.
            found: Objects, whose last value is the class, float32 `[batch, objects, 6]`.

        Returns:
            Probabilities, float32 `[batch, objects, side * side]`.
        """
        kinds = tf.cast(tf.reshape(found[..., -1], (-1,)), tf.int32)
        chosen = tf.gather(logits, kinds, axis=3, batch_dims=1)
        count, bins = tf.shape(found)[1], chosen.shape[1] * chosen.shape[2]
        return tf.sigmoid(tf.reshape(chosen, (-1, count, bins)))

    def compute_output_shape(self, logits_shape: Shape, found_shape: Shape) -> Shape:
        """As many bins of each object."""
        return (*found_shape[:2], math.prod(logits_shape[1:3]))  # type: ignore[arg-type]


def split_outputs(
    outputs: tf.Tensor, regions: tf.Tensor, classes: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """What a box head says of regions.

    Args:
        outputs: float32 `[batch * regions, 1 + classes + 4 * classes]`.
        regions: In pixels, float32 `[batch, regions, 4]`.
        classes: How many there are.

    Returns:
        Logits of the background and the classes, `[batch, regions, 1 + classes]`, and how the box
        that the object would have as one of each class differs, `[batch, regions, classes, 4]`.
    """
    shape = tf.shape(regions)
    logits = tf.reshape(outputs[:, : 1 + classes], (shape[0], shape[1], 1 + classes))
    differences = tf.reshape(outputs[:, 1 + classes :], (shape[0], shape[1], classes, EDGES))
    return logits, differences
