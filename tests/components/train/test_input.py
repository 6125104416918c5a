"""From transformed examples to what `fit` takes."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.core.parts import Tensors
from components.core.task import Spec, Task
from components.train.input import (
    Examples,
    evaluation_batches,
    read_examples,
    training_batches,
)
from pipelines.tasks.classification import TASK
from pipelines.tasks.shared.images.augmentation import ImageAugmentation
from tests.specs import make_spec
from tests.transformed import TYPES, random_images, write_examples

IMAGES, SIDE, BATCH = 10, 8, 4
PIXELS = random_images(IMAGES, SIDE, SIDE, 3)
TRANSFORM = SimpleNamespace(transformed_feature_spec=lambda: TYPES)


def spec_of(online: bool = False, task: Task = TASK, **train: Any) -> Spec:
    return make_spec(
        task,
        seed=3,
        checks={"classes": [str(label) for label in range(IMAGES)], "channels": 3},
        prepare={"height": SIDE, "width": SIDE, "channels": 3},
        augment={"online": online, "brightness": 0.3},
        train={"model": "transfer", "epochs": 2, "batch_size": BATCH, **train},
    )


def read(folder: Path, spec: Spec) -> Examples:
    patterns = [f"{folder}/*.gz", f"{folder}/absent/*"]
    return read_examples(patterns, TRANSFORM, spec, folder / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of ten images, each with its own number as its label."""
    write_examples(tmp_path / "0.gz", PIXELS)
    return tmp_path


def epoch(batches: tf.data.Dataset) -> tuple[np.ndarray, np.ndarray]:
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def test_examples_are_decoded(folder: Path) -> None:
    examples = read(folder, spec_of())
    assert examples.decoded.element_spec["image"].shape == (SIDE, SIDE, 3)
    assert examples.decoded.element_spec.keys() == {"image", "label"}
    images = [example["image"] for example in examples.decoded.as_numpy_iterator()]
    np.testing.assert_array_equal(images, PIXELS)
    np.testing.assert_array_equal(list(examples.samples("image").as_numpy_iterator()), PIXELS)


def test_features_leave_samples_packed(folder: Path) -> None:
    examples = read(folder, spec_of())
    assert examples.features.element_spec["image"].dtype == tf.string
    labels = [example["label"] for example in examples.features.as_numpy_iterator()]
    assert labels == list(range(IMAGES))


@pytest.mark.parametrize("cache", ["memory", "file", "none"])
def test_every_epoch_takes_every_image_in_another_order(folder: Path, cache: str) -> None:
    spec = spec_of(cache=cache)
    batches = training_batches(read(folder, spec).decoded, spec, IMAGES)
    epochs = [epoch(batches) for _ in range(2)]
    for images, labels in epochs:
        assert sorted(labels) == list(range(IMAGES))
        np.testing.assert_array_equal(images, PIXELS[labels])
    assert (epochs[0][1] != epochs[1][1]).any()


def test_the_same_seed_gives_the_same_epochs(folder: Path) -> None:
    spec = spec_of(online=True)
    first, second = (training_batches(read(folder, spec).decoded, spec, IMAGES) for _ in range(2))
    for _ in range(2):
        for one, other in zip(epoch(first), epoch(second), strict=True):
            np.testing.assert_array_equal(one, other)


def test_each_epoch_augments_anew(folder: Path) -> None:
    spec = spec_of(online=True)
    batches = training_batches(read(folder, spec).decoded, spec, IMAGES)
    seen = [PIXELS]
    for _ in range(2):
        images, labels = epoch(batches)
        seen.append(images[np.argsort(labels)])
    for one, other in combinations(seen, 2):
        changed = (one != other).any(axis=(1, 2, 3))
        assert changed.sum() > IMAGES / 2  # a draw near 0 changes nothing


def test_evaluation_keeps_the_order_and_the_pixels(folder: Path) -> None:
    spec = spec_of(online=True)
    batches = evaluation_batches(read(folder, spec).decoded, spec)
    assert [len(labels) for _, labels in batches.as_numpy_iterator()] == [4, 4, 2]
    images, labels = epoch(batches)
    np.testing.assert_array_equal(labels, range(IMAGES))
    np.testing.assert_array_equal(images, PIXELS)


def test_nothing_waits_for_the_tuner_of_tf_data(folder: Path) -> None:
    for online in (False, True):
        spec = spec_of(online=online)
        batches = training_batches(read(folder, spec).decoded, spec, IMAGES)
        assert batches.options().autotune.enabled is False


class Mixed(ImageAugmentation):
    """Gives every example the label of the first of its batch."""

    def mix(self, batch: Tensors, seeds: tf.Tensor) -> dict[str, tf.Tensor]:
        assert seeds.shape[1] == 2
        return {**batch, "label": tf.zeros_like(batch["label"]) + batch["label"][0]}


@pytest.mark.parametrize("online", [True, False])
def test_examples_are_mixed_where_training_augments(folder: Path, online: bool) -> None:
    spec = spec_of(online=online, task=replace(TASK, augmentation=Mixed))
    batches = training_batches(read(folder, spec).decoded, spec, IMAGES)
    different = [len({*labels.tolist()}) for _, labels in batches.as_numpy_iterator()]
    assert (max(different) == 1) is online


def test_what_is_in_memory_is_shuffled_as_a_whole(folder: Path) -> None:
    orders = {}
    for cache in ("memory", "none"):
        spec = spec_of(cache=cache, shuffle_buffer=1)
        orders[cache] = epoch(training_batches(read(folder, spec).decoded, spec, IMAGES))[1]
    assert sorted(orders["memory"]) == list(range(IMAGES)) == orders["none"].tolist()
    assert orders["memory"].tolist() != list(range(IMAGES))
