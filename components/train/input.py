"""The training input: transformed examples to batches, with tf.data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf
import tensorflow_transform as tft

from components.core.examples import Example, parse_example, parse_features
from components.core.records import read_records
from components.core.task import Spec
from components.train.params import OnlineParams, TrainParams


@dataclass(frozen=True)
class Examples:
    """The examples of a split.

    Attributes:
        decoded: Samples and features, each sample decoded once for all that reads them where
            `train.cache` keeps them.
        features: Features alone; no sample is decoded for them.
    """

    decoded: tf.data.Dataset
    features: tf.data.Dataset

    def samples(self, column: str) -> tf.data.Dataset:
        """The decoded samples alone, which are in the named column."""
        return self.decoded.map(lambda example: example[column])


def read_examples(
    patterns: Sequence[str], transform: tft.TFTransformOutput, spec: Spec, cache_file: Path
) -> Examples:
    """Streams the examples of TFRecord files in a fixed order.

    Args:
        patterns: Glob patterns of gzip-compressed TFRecord files; some may match none.
        transform: Output of TensorFlow Transform.
        spec: What the stage is made of.
        cache_file: Where `train.cache: file` keeps decoded examples.
    """
    types = transform.transformed_feature_spec()
    sample, features = spec.sample, spec.features

    def without_path(example: Example) -> Example:
        return {name: value for name, value in example.items() if name != sample.path_column}

    def decode(serialized: tf.Tensor) -> Example:
        return without_path(parse_example(serialized, types, sample, features))

    def unpack(serialized: tf.Tensor) -> Example:
        return without_path(parse_features(serialized, types, features))

    records = read_records(sorted(tf.io.gfile.glob(list(patterns))))
    decoded = records.map(decode, num_parallel_calls=tf.data.AUTOTUNE)
    cache = spec.block("train", TrainParams).cache
    return Examples(
        decoded=_cached(decoded, cache, cache_file),
        features=records.map(unpack, num_parallel_calls=tf.data.AUTOTUNE),
    )


def training_batches(examples: tf.data.Dataset, spec: Spec, count: int) -> tf.data.Dataset:
    """Shuffles, batches, augments and prefetches; every epoch in another order.

    Args:
        examples: Decoded samples and features, one at a time.
        spec: What the stage is made of.
        count: How many examples there are.

    Returns:
        Samples `[batch, ...]` and targets, with their weights where the task has any.
    """
    train = spec.block("train", TrainParams)
    # what is in memory anyway is shuffled as a whole: sources often have class after class
    least = count if train.cache == "memory" else 1
    shuffled = examples.shuffle(max(train.shuffle_buffer, least), seed=spec.seed)
    batches = spec.learning.arrange(shuffled, spec.seed).batch(
        train.batch_size, num_parallel_calls=tf.data.AUTOTUNE
    )
    if spec.block("augment", OnlineParams).online:
        batches = tf.data.Dataset.zip(batches, _seeds(spec.seed)).map(
            _augmenter(spec), num_parallel_calls=tf.data.AUTOTUNE
        )
    return batches.map(_fitted(spec)).prefetch(tf.data.AUTOTUNE)


def evaluation_batches(examples: tf.data.Dataset, spec: Spec) -> tf.data.Dataset:
    """Batches in file order, unless the task has another one."""
    batches = spec.learning.arrange(examples, None).batch(
        spec.block("train", TrainParams).batch_size
    )
    return batches.map(_fitted(spec)).prefetch(tf.data.AUTOTUNE)


def _cached(examples: tf.data.Dataset, where: str, file: Path) -> tf.data.Dataset:
    """Keeps examples once they are read; all data sets made of the result share what is kept."""
    if where == "none":
        return examples
    return examples.cache(str(file) if where == "file" else "")


def _fitted(spec: Spec) -> Callable[[Example], tuple[tf.Tensor, ...]]:
    """Makes of examples what `keras.Model.fit` takes: samples, targets and weights, if any."""
    column, learning = spec.sample.column, spec.learning

    def fitted(example: Example) -> tuple[tf.Tensor, ...]:
        features = {name: value for name, value in example.items() if name != column}
        weights = learning.weights(features)
        pair = (example[column], learning.target(features))
        return pair if weights is None else (*pair, weights)

    return fitted


def _seeds(seed: int) -> tf.data.Dataset:
    """Batches' seeds, other ones in each epoch."""
    return tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)


def _augmenter(spec: Spec) -> Callable[[Example, tf.Tensor], Example]:
    column, augmentation = spec.sample.column, spec.augmentation

    def augment_batch(example: Example, seed: tf.Tensor) -> Example:
        rows = tf.range(tf.shape(example[column])[0], dtype=tf.int64)
        seeds = tf.stack([rows, tf.fill(tf.shape(rows), seed)], axis=-1)
        return augmentation(augmentation.mix(example, seeds), seeds)

    return augment_batch
