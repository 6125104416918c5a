"""Losses of points that may be missing, held against NumPy."""

from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.keypoints.losses import (
    ROUNDING,
    MaskedEuclidean,
    MaskedMeanSquaredError,
    MeanPixelError,
)

LOSSES = pytest.mark.parametrize("loss", [MaskedMeanSquaredError(), MaskedEuclidean()])


def batch(seed: int, rows: int = 6, points: int = 4, share: float = 0.3) -> tuple[np.ndarray, ...]:
    """Targets with missing points, and predictions, `[rows, 2 * points]` each."""
    generator = np.random.default_rng(seed)
    target, prediction = generator.uniform(-1, 1, (2, rows, points, 2)).astype(np.float32)
    target[generator.random((rows, points)) < share] = np.nan
    return target.reshape(rows, -1), prediction.reshape(rows, -1)


def distances(target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """In pixels of a 96x96 image; NaN where missing."""
    difference = (prediction - target).reshape(len(target), -1, 2) * 48.0
    return np.hypot(difference[..., 0], difference[..., 1])


@given(st.integers(0, 1000), st.floats(0, 0.8))
def test_losses_are_means_over_what_is_labelled(seed: int, share: float) -> None:
    target, prediction = batch(seed, share=share)
    if np.isnan(target).all():
        return
    squared = np.nanmean(np.square(prediction - target))
    assert float(MaskedMeanSquaredError()(target, prediction)) == pytest.approx(squared, rel=1e-5)
    rounded = np.nanmean(np.hypot(distances(target, prediction), ROUNDING))
    assert float(MaskedEuclidean()(target, prediction)) == pytest.approx(rounded, rel=1e-5)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=4))
def test_the_metric_is_the_mean_over_all_batches(seeds: list[int]) -> None:
    batches = [batch(seed, rows=1 + seed % 5) for seed in seeds]
    metric = MeanPixelError()
    for target, prediction in batches:
        metric.update_state(target, prediction)
    errors = np.concatenate([distances(*one).ravel() for one in batches])
    expected = 0.0 if np.isnan(errors).all() else np.nanmean(errors)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-5)


def test_worked_example() -> None:
    """A distance of 5 pixels, and a missing point that would be far off."""
    target = np.array([[0.0, 0.0, np.nan, np.nan]], np.float32)
    prediction = np.array([[3 / 48, 4 / 48, 0.9, 0.9]], np.float32)
    expected = (3**2 + 4**2) / 48**2 / 2
    assert float(MaskedMeanSquaredError()(target, prediction)) == pytest.approx(expected)
    assert float(MaskedEuclidean()(target, prediction)) == pytest.approx(5, abs=0.002)
    metric = MeanPixelError()
    metric.update_state(target, prediction)
    assert float(metric.result()) == pytest.approx(5)


@LOSSES
def test_a_point_with_one_coordinate_is_missing(loss: keras.losses.Loss) -> None:
    target, prediction = batch(0, share=0)
    half = target.copy()
    half[:, 3] = np.nan
    whole = half.copy()
    whole[:, 2] = np.nan
    assert float(loss(half, prediction)) == float(loss(whole, prediction))


@LOSSES
def test_nothing_labelled_is_no_loss(loss: keras.losses.Loss) -> None:
    _, prediction = batch(0)
    assert float(loss(np.full_like(prediction, np.nan), prediction)) == 0


@LOSSES
@pytest.mark.parametrize("share", [0.4, 1.0])
def test_training_moves_labelled_points_alone(loss: keras.losses.Loss, share: float) -> None:
    """The gradient is finite everywhere, also at points that are met or missing."""
    target, prediction = batch(1, rows=1, share=share)
    prediction[0, :2] = target[0, :2] = 0.5
    layer = keras.layers.Dense(8, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), layer])
    layer.set_weights([prediction])
    model.compile(keras.optimizers.SGD(0.01), loss)
    model.fit(np.ones((1, 1)), target, verbose=0)
    moved = np.array(layer.kernel)[0] != prediction[0]
    expected = ~np.isnan(target[0])
    expected[:2] = False
    np.testing.assert_array_equal(moved, expected)


def test_losses_and_the_metric_survive_the_disk(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8)])
    target, _ = batch(2)
    images = np.random.default_rng(0).normal(size=(6, 3))
    model.compile("sgd", MaskedEuclidean(), metrics=[MeanPixelError()])
    before = model.evaluate(images, target, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.evaluate(images, target, verbose=0) == before
