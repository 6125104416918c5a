"""The training input: transformed examples to batches, with tf.data."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from components.augment.policy import augment
from components.core.records import read_records
from pipelines.params import TaskParams
from pipelines.tasks.base import Task

Example = dict[str, tf.Tensor]


def parse_example(
    serialized: tf.Tensor, spec: Mapping[str, Any], task: Task, channels: int
) -> Example:
    """Parses one transformed example and decodes its image and its labels.

    Args:
        serialized: A `tf.train.Example`, string scalar.
        spec: Feature spec of the transformed examples.
        task: The task, which decodes the labels.
        channels: Channels of the image.

    Returns:
        The features by name; `image` is uint8 `[height, width, channels]`.
    """
    example = tf.io.parse_single_example(serialized, spec)
    example["image"] = tf.io.decode_png(example["image"], channels=channels)
    return task.decode_labels(example)


def read_examples(
    files: Sequence[str], transform: tft.TFTransformOutput, task: Task, params: TaskParams
) -> tf.data.Dataset:
    """Streams the examples of TFRecord files in a fixed order.

    Args:
        files: Glob patterns of gzip-compressed TFRecord files.
        transform: Output of TensorFlow Transform.
        task: The task, which decodes the labels.
        params: The task's parameters.

    Returns:
        Examples as `parse_example` gives them, of known shapes.
    """
    spec = transform.transformed_feature_spec()
    size = (params.prepare.height, params.prepare.width, params.prepare.channels)

    def parse(serialized: tf.Tensor) -> Example:
        example = parse_example(serialized, spec, task, params.prepare.channels)
        example["image"] = tf.ensure_shape(example["image"], size)
        return example

    names = tf.data.Dataset.list_files(list(files), shuffle=False)
    return read_records(names).map(parse, num_parallel_calls=tf.data.AUTOTUNE)


def count(examples: tf.data.Dataset) -> int:
    """The number of examples, by one pass."""
    return int(examples.reduce(tf.constant(0, tf.int64), lambda total, _: total + 1))


def statistics_of(examples: tf.data.Dataset) -> tuple[list[float], list[float]]:
    """Mean and variance of each channel, which every transformed example carries."""
    example = next(examples.take(1).as_numpy_iterator())
    return example["image_mean"].tolist(), example["image_variance"].tolist()


def training_batches(
    examples: tf.data.Dataset, task: Task, params: TaskParams, cache_folder: Path
) -> tf.data.Dataset:
    """Caches, shuffles, batches, augments and prefetches; every epoch in another order.

    Returns:
        Images (uint8 `[batch, height, width, channels]`) and targets, with their weights
        where the task has any.
    """
    train = params.train
    batches = (
        _cached(_without_statistics(examples), train.cache, cache_folder / "train")
        .shuffle(train.shuffle_buffer, seed=params.seed)
        .batch(train.batch_size, num_parallel_calls=tf.data.AUTOTUNE)
    )
    if params.augment.online:
        batches = tf.data.Dataset.zip(batches, _seeds(params.seed)).map(
            _augmenter(task, params), num_parallel_calls=tf.data.AUTOTUNE
        )
    return batches.map(_fitted(task, params)).prefetch(tf.data.AUTOTUNE)


def evaluation_batches(
    examples: tf.data.Dataset, task: Task, params: TaskParams, cache_folder: Path
) -> tf.data.Dataset:
    """Caches and batches in file order."""
    cached = _cached(_without_statistics(examples), params.train.cache, cache_folder / "val")
    batches = cached.batch(params.train.batch_size)
    return batches.map(_fitted(task, params)).prefetch(tf.data.AUTOTUNE)


def _without_statistics(examples: tf.data.Dataset) -> tf.data.Dataset:
    dropped = ("image_mean", "image_variance", "image_path")
    return examples.map(
        lambda example: {name: value for name, value in example.items() if name not in dropped}
    )


def _cached(examples: tf.data.Dataset, where: str, file: Path) -> tf.data.Dataset:
    if where == "none":
        return examples
    return examples.cache(str(file) if where == "file" else "")


def _fitted(task: Task, params: TaskParams) -> Callable[[Example], tuple[tf.Tensor, ...]]:
    """Makes of examples what `keras.Model.fit` takes: images, targets and weights, if any."""

    def fitted(example: Example) -> tuple[tf.Tensor, ...]:
        labels = {name: value for name, value in example.items() if name != "image"}
        weights = task.sample_weights(labels, params)
        pair = (example["image"], task.target(labels))
        return pair if weights is None else (*pair, weights)

    return fitted


def _seeds(seed: int) -> tf.data.Dataset:
    """Batches' seeds, other ones in each epoch."""
    return tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)


def _augmenter(task: Task, params: TaskParams) -> Callable[[Example, tf.Tensor], Example]:
    def augment_batch(example: Example, seed: tf.Tensor) -> Example:
        images = example.pop("image")
        rows = tf.range(tf.shape(images)[0], dtype=tf.int64)
        seeds = tf.stack([rows, tf.fill(tf.shape(rows), seed)], axis=-1)
        images, labels = augment(images, example, seeds, params.augment, task.warp_labels)
        return {"image": images, **labels}

    return augment_batch
