"""Fitting in one phase and in two."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from keras import layers

from components.core.task import Spec
from components.train.curves import plot_curves
from components.train.fitting import Data, fit
from pipelines.tasks.binary import TASK
from tests.specs import make_spec

RATE = 0.01


def spec_of(**train: Any) -> Spec:
    train = {"model": "transfer", "optimizer": {"learning_rate": RATE}, **train}
    return make_spec(TASK, "person", checks={"classes": ["no_person", "person"]}, train=train)


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    convolution = layers.Conv2D(4, 2, activation="relu", name="convolution")
    backbone = keras.Sequential([keras.Input((4, 4, 1)), convolution], name="backbone")
    body = keras.Sequential(
        [backbone, layers.GlobalAveragePooling2D(), layers.Dense(1, name="logits")], name="body"
    )
    pixels = keras.Input((4, 4, 1))
    normalised = layers.Normalization(mean=[100.0], variance=[100.0**2])(pixels)
    return keras.Model(pixels, body(normalised))


def examples(count: int, positives: float = 0.5, noise: int = 40, seed: int = 0) -> tf.data.Dataset:
    """Grey images, those of people brighter."""
    generator = np.random.default_rng(seed)
    labels = (np.arange(count) < positives * count).astype(np.int64)
    pixels = 90 + 40 * labels[:, None, None, None] + generator.normal(0, noise, (count, 4, 4, 1))
    images = pixels.clip(0, 255).astype(np.uint8)
    return tf.data.Dataset.from_tensor_slices({"image": images, "label": labels})


def batches(dataset: tf.data.Dataset) -> tf.data.Dataset:
    target = spec_of().learning.target
    return dataset.batch(16).map(lambda example: (example["image"], target(example)))


def run(folder: Path, fitted: keras.Model, spec: Spec) -> pd.DataFrame:
    data = Data(batches(examples(64)), batches(examples(32, seed=1)), examples=64)
    fit(fitted, spec, data, folder / "curves.csv", folder / "speed.csv")
    return pd.read_csv(folder / "curves.csv")


def val_loss(fitted: keras.Model) -> float:
    return fitted.evaluate(batches(examples(32, seed=1)), return_dict=True, verbose=0)["loss"]


def test_both_phases_are_in_one_table(tmp_path: Path) -> None:
    fine_tune = {"epochs": 3, "fraction": 1.0, "learning_rate": 0.001}
    fitted = network()
    curves = run(tmp_path, fitted, spec_of(epochs=2, fine_tune=fine_tune))
    assert curves["epoch"].tolist() == [0, 1, 2, 3, 4]
    assert curves["phase"].tolist() == [1, 1, 2, 2, 2]
    assert curves["learning_rate"].tolist() == pytest.approx([RATE] * 2 + [0.001] * 3)
    assert not curves.isna().any(axis=None)
    assert val_loss(fitted) == pytest.approx(curves["val_loss"].min(), rel=1e-5)
    plot_curves(tmp_path / "curves.csv", tmp_path / "curves.png")
    assert (tmp_path / "curves.png").is_file()


def test_a_frozen_backbone_keeps_its_weights(tmp_path: Path) -> None:
    fitted = network()
    before = {weight.path: weight.numpy() for weight in fitted.weights}
    curves = run(tmp_path, fitted, spec_of(epochs=2, fine_tune={"epochs": 0}))
    assert curves["phase"].tolist() == [1, 1]
    for weight in fitted.weights:
        same = np.array_equal(weight.numpy(), before[weight.path])
        assert same == ("convolution" in weight.path), weight.path


def test_all_layers_learn_without_fine_tuning(tmp_path: Path) -> None:
    fitted = network()
    before = fitted.get_weights()
    run(tmp_path, fitted, spec_of(epochs=1))
    for old, new in zip(before, fitted.get_weights(), strict=True):
        assert not np.array_equal(old, new)


def test_fine_tuning_that_spoils_the_network_is_undone(tmp_path: Path) -> None:
    fitted = network()
    spoils = {"epochs": 1, "fraction": 1.0, "learning_rate": 10.0}
    curves = run(tmp_path, fitted, spec_of(epochs=2, fine_tune=spoils))
    first, second = (curves[curves["phase"] == phase]["val_loss"].min() for phase in (1, 2))
    assert first < second
    assert val_loss(fitted) == pytest.approx(first, rel=1e-5)


def test_epochs_go_on_where_the_first_phase_stopped_early(tmp_path: Path) -> None:
    train = {"epochs": 50, "early_stopping": 1, "optimizer": {"learning_rate": 3.0}}
    curves = run(tmp_path, network(), spec_of(**train, fine_tune={"epochs": 1, "fraction": 1.0}))
    phases = curves["phase"].tolist()
    assert phases.count(1) < 50
    assert phases[-1] == 2
    assert curves["epoch"].tolist() == list(range(len(phases)))


def test_balanced_weights_find_the_rare_class(tmp_path: Path) -> None:
    rare = examples(160, positives=0.1, noise=120)
    recalls = {}
    for mode in ("none", "balanced"):
        fitted = network()
        quick = spec_of(epochs=5, optimizer={"learning_rate": 0.05}, class_weights=mode)
        weights = quick.learning.class_weights(rare)
        data = Data(batches(rare), batches(rare), 160, weights)
        fit(fitted, quick, data, tmp_path / f"{mode}.csv", tmp_path / "speed.csv")
        logits = fitted.predict(batches(rare), verbose=0)[:, 0]
        recalls[mode] = float((logits[:16] > 0).mean())  # people come first
    assert recalls["none"] < 0.2
    assert recalls["balanced"] > 0.6


def test_a_step_is_traced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    traced = []

    def loss(truth: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
        traced.append(keras.ops.shape(predicted)[0])
        return keras.losses.binary_crossentropy(truth, predicted, from_logits=True)

    spec = spec_of(epochs=2)
    monkeypatch.setattr(type(spec.learning), "loss", lambda _: loss)
    monkeypatch.setattr(type(spec.learning), "metrics", lambda _: [])
    run(tmp_path, network(), spec)
    assert len(traced) == 2  # in training and in validation
