"""From transformed examples to what `fit` takes."""

from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.train.input import (
    count,
    evaluation_batches,
    read_examples,
    statistics_of,
    training_batches,
)
from pipelines.params import TaskParams, check_block
from pipelines.tasks.classification import TASK, ClassificationParams

IMAGES, SIDE, BATCH = 10, 8, 4
PIXELS = np.random.default_rng(0).integers(0, 256, (IMAGES, SIDE, SIDE, 3), np.uint8)
MEAN, VARIANCE = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]
SPEC = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "image_path": tf.io.FixedLenFeature([], tf.string),
    "image_mean": tf.io.FixedLenFeature([3], tf.float32),
    "image_variance": tf.io.FixedLenFeature([3], tf.float32),
    "label": tf.io.FixedLenFeature([], tf.int64),
}
TRANSFORM = SimpleNamespace(transformed_feature_spec=lambda: SPEC)


def make_params(online: bool = False, **train: Any) -> TaskParams:
    block = {
        "task": "classification.py",
        "seed": 3,
        "source": {"kind": "image_folder", "path": "images"},
        "checks": {"classes": [str(label) for label in range(IMAGES)], "channels": 3},
        "prepare": {"height": SIDE, "width": SIDE, "channels": 3},
        "augment": {"online": online, "brightness": 0.3},
        "train": {"model": "transfer", "epochs": 2, "batch_size": BATCH, **train},
        "evaluate": {},
        "gate": {"thresholds": {"accuracy": {"min": 0.5}}},
    }
    return check_block("pets", block, ClassificationParams)


def feature(value: Any) -> tf.train.Feature:
    if isinstance(value, bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
    if isinstance(value, int):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
    return tf.train.Feature(float_list=tf.train.FloatList(value=value))


@pytest.fixture
def examples(tmp_path: Path) -> tf.data.Dataset:
    """Ten images, each with its own number as its label."""
    with tf.io.TFRecordWriter(str(tmp_path / "0.gz"), "GZIP") as writer:
        for label, pixels in enumerate(PIXELS):
            values = {
                "image": tf.io.encode_png(pixels).numpy(),
                "image_path": b"%d.png" % label,
                "image_mean": MEAN,
                "image_variance": VARIANCE,
                "label": label,
            }
            features = {name: feature(value) for name, value in values.items()}
            example = tf.train.Example(features=tf.train.Features(feature=features))
            writer.write(example.SerializeToString())
    return read_examples([f"{tmp_path}/*.gz"], TRANSFORM, TASK, make_params())


def epoch(batches: tf.data.Dataset) -> tuple[np.ndarray, np.ndarray]:
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def test_examples_are_decoded_and_bring_their_statistics(examples: tf.data.Dataset) -> None:
    assert count(examples) == IMAGES
    assert statistics_of(examples) == (MEAN, VARIANCE)
    assert examples.element_spec["image"].shape == (SIDE, SIDE, 3)
    images = np.stack([example["image"] for example in examples.as_numpy_iterator()])
    np.testing.assert_array_equal(images, PIXELS)


@pytest.mark.parametrize("cache", ["memory", "file", "none"])
def test_every_epoch_takes_every_image_in_another_order(
    examples: tf.data.Dataset, tmp_path: Path, cache: str
) -> None:
    batches = training_batches(examples, TASK, make_params(cache=cache), tmp_path)
    epochs = [epoch(batches) for _ in range(2)]
    for images, labels in epochs:
        assert sorted(labels) == list(range(IMAGES))
        np.testing.assert_array_equal(images, PIXELS[labels])
    assert (epochs[0][1] != epochs[1][1]).any()


def test_the_same_seed_gives_the_same_epochs(examples: tf.data.Dataset, tmp_path: Path) -> None:
    params = make_params(online=True)
    first, second = (training_batches(examples, TASK, params, tmp_path) for _ in range(2))
    for _ in range(2):
        for one, other in zip(epoch(first), epoch(second), strict=True):
            np.testing.assert_array_equal(one, other)


def test_each_epoch_augments_anew(examples: tf.data.Dataset, tmp_path: Path) -> None:
    batches = training_batches(examples, TASK, make_params(online=True), tmp_path)
    seen = [PIXELS]
    for _ in range(2):
        images, labels = epoch(batches)
        seen.append(images[np.argsort(labels)])
    for one, other in combinations(seen, 2):
        changed = (one != other).any(axis=(1, 2, 3))
        assert changed.sum() > IMAGES / 2  # a draw near 0 changes nothing


def test_evaluation_keeps_the_order_and_the_pixels(
    examples: tf.data.Dataset, tmp_path: Path
) -> None:
    batches = evaluation_batches(examples, TASK, make_params(online=True), tmp_path)
    assert [len(labels) for _, labels in batches.as_numpy_iterator()] == [4, 4, 2]
    images, labels = epoch(batches)
    np.testing.assert_array_equal(labels, range(IMAGES))
    np.testing.assert_array_equal(images, PIXELS)


def test_nothing_waits_for_the_tuner_of_tf_data(examples: tf.data.Dataset, tmp_path: Path) -> None:
    for online in (False, True):
        batches = training_batches(examples, TASK, make_params(online=online), tmp_path)
        assert batches.options().autotune.enabled is False
