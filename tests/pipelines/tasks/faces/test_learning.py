"""What comes together in a batch, and what is fitted."""

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.core.task import Spec
from components.train.input import evaluation_batches, training_batches
from pipelines.tasks.faces import TASK
from pipelines.tasks.faces.prototypes import MARGINS, WithPrototypes
from tests.specs import make_spec

PEOPLE, EACH, PHOTOS = 6, 5, 2
TRANSFORM: Any = SimpleNamespace(vocabulary_size_by_name=lambda name: PEOPLE)


def spec_of(loss: str = "cosface", **train: Any) -> Spec:
    return make_spec(
        TASK,
        source={"kind": "identity_folder"},
        augment={"online": False},
        gate=None,
        train={"model": "sphere_cnn", "loss": loss, "size": 3, "photos": PHOTOS, **train},
    )


@pytest.fixture
def examples() -> tf.data.Dataset:
    """Five photos of each of six people, one after the other."""
    people = np.repeat(np.arange(PEOPLE), EACH)
    return tf.data.Dataset.from_tensor_slices(
        {
            "image": np.arange(len(people), dtype=np.uint8)[:, None, None, None],
            "person": people,
            "anybody": people + 100,
        }
    )


def read(batches: tf.data.Dataset) -> tuple[np.ndarray, np.ndarray]:
    images, targets = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images).ravel(), np.concatenate(targets)


def test_photos_of_a_person_come_together(examples: tf.data.Dataset) -> None:
    spec = spec_of(batch_size=4)
    batches = training_batches(examples, spec, PEOPLE * EACH)
    orders = [read(batches) for _ in range(2)]
    for images, targets in orders:
        assert sorted(images) == list(range(PEOPLE * EACH))
        np.testing.assert_array_equal(targets[:, 1] - 100, targets[:, 0])
        runs = np.diff(np.flatnonzero(np.diff(targets[:, 0], prepend=-1, append=-1)))
        assert (runs > 1).sum() >= PEOPLE * (EACH // PHOTOS) / 2
    assert (orders[0][0] != orders[1][0]).any()


def test_validation_has_always_the_same_order(examples: tf.data.Dataset) -> None:
    batches = evaluation_batches(examples, spec_of(batch_size=4))
    np.testing.assert_array_equal(read(batches)[0], read(batches)[0])


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    places = keras.Input((2,))
    return keras.Model(places, keras.layers.Dense(3)(places))


@pytest.mark.parametrize("loss", ["supcon", "cosface", "arcface", "contrastive"])
def test_what_is_fitted_brings_people_apart(loss: str) -> None:
    """Clusters in the plane, of people who are and of others who are not in training."""
    learning = spec_of(loss, margin=0.3).learning
    body = network()
    fitted = learning.teach(body, TRANSFORM)
    assert isinstance(fitted, WithPrototypes) == (loss in MARGINS)
    rng = np.random.default_rng(0)
    people = np.tile(np.arange(PEOPLE), 8)
    angles = 2 * np.pi * people / PEOPLE
    samples = np.stack([np.cos(angles), np.sin(angles)], 1) + rng.normal(0, 0.05, (48, 2))
    targets = np.stack([people, people], axis=1)
    optimizer = keras.optimizers.Adam(0.02)
    fitted.compile(optimizer, learning.loss(), metrics=learning.metrics(), run_eagerly=True)
    before = body.get_weights()[0].copy()
    strangers = np.stack([0 * people - 1, people], axis=1)
    data = {"validation_data": (samples, strangers), "epochs": 15, "verbose": 0}
    history = fitted.fit(samples, targets, batch_size=24, **data).history
    assert not np.array_equal(body.get_weights()[0], before)
    assert history["loss"][-1] < history["loss"][0]
    assert history["val_loss"][-1] <= history["val_loss"][0]
    assert history["val_nearest_is_same"][-1] > 0.9


def test_places_are_served_on_the_unit_sphere() -> None:
    served = spec_of().learning.serve(tf.constant([[3.0, 4.0, 0.0]]), tf.constant([[1, 1]]))
    np.testing.assert_allclose(served["embedding"], [[0.6, 0.8, 0.0]], rtol=1e-6)
