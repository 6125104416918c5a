"""The transformation from raw to model-ready examples, traced into one TensorFlow graph."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from components.prepare.params import PrepareParams
from pipelines.project import load_task


def decode_images(encoded: tf.Tensor, params: PrepareParams) -> tf.Tensor:
    """Decodes and resizes a batch of PNG, JPEG, GIF or BMP images.

    Args:
        encoded: Image files, string `[batch]`.
        params: Height, width and channels to bring them to.

    Returns:
        uint8 `[batch, height, width, channels]`.
    """
    return decode_with_sizes(encoded, params)[0]


def decode_with_sizes(encoded: tf.Tensor, params: PrepareParams) -> tuple[tf.Tensor, tf.Tensor]:
    """`decode_images`, and the height and width that each file has, int32 `[batch, 2]`."""
    size = (params.height, params.width)

    def decode(contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        image = tf.io.decode_image(contents, channels=params.channels, expand_animations=False)
        resized = tf.image.resize(image, size, antialias=True)
        pixels = tf.cast(tf.round(tf.clip_by_value(resized, 0.0, 255.0)), tf.uint8)
        return pixels, tf.shape(image)[:2]

    signature = (tf.uint8, tf.TensorSpec((2,), tf.int32))
    images, sizes = tf.map_fn(decode, encoded, fn_output_signature=signature)
    return tf.ensure_shape(images, (None, *size, params.channels)), sizes


def pixel_statistics(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and variance of each channel over all pixels of the training split.

    Args:
        images: uint8 `[batch, height, width, channels]`.

    Returns:
        Two float32 `[channels]`, computed by a full pass over the data.
    """
    pixels = tf.reshape(tf.cast(images, tf.float32), (-1, images.shape[-1]))
    return (
        tft.mean(pixels, reduce_instance_dims=False),
        tft.var(pixels, reduce_instance_dims=False),
    )


def preprocessing_fn(
    inputs: Mapping[str, tf.Tensor], custom_config: Mapping[str, Any]
) -> dict[str, tf.Tensor]:
    """Transforms a batch of raw examples; called by TFX's Transform.

    Args:
        inputs: The columns of the canonical table, `[batch, ...]` each.
        custom_config: `task`, the task's name.

    Returns:
        `image` as PNG bytes of the model's input size, `image_path`, the statistics
        `image_mean` and `image_variance` (the same in every example), and the task's labels.
    """
    task, params = load_task(custom_config["task"])
    images = decode_images(tf.reshape(inputs["image"], (-1,)), params.prepare)
    mean, variance = pixel_statistics(images)

    def for_each(statistic: tf.Tensor) -> tf.Tensor:
        return tf.tile(statistic[tf.newaxis], (tf.shape(images)[0], 1))

    return {
        "image": tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string),
        "image_path": tf.reshape(inputs["image_path"], (-1,)),
        "image_mean": for_each(mean),
        "image_variance": for_each(variance),
        **task.preprocess_labels(inputs, params),
    }
