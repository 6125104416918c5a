"""Dropout and batch normalisation: what they do in training, and over which axes."""

import keras
import numpy as np
import pytest

SHAPE = (64, 5, 6, 8)


@pytest.fixture
def maps() -> np.ndarray:
    return np.random.default_rng(0).normal(3, 2, SHAPE).astype("float32")


def in_training(layer: keras.layers.Layer, values: np.ndarray) -> np.ndarray:
    keras.utils.set_random_seed(0)
    return keras.ops.convert_to_numpy(layer(values, training=True))


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_dropout_keeps_the_expectation(rate: float) -> None:
    """What is kept is divided by the share that is kept, so that serving changes nothing."""
    ones = np.ones((200, 500), np.float32)
    dropped = in_training(keras.layers.Dropout(rate), ones)
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1) / np.float32(1 - rate)}
    assert dropped.mean() == pytest.approx(1, abs=0.05)
    assert (dropped == 0).mean() == pytest.approx(rate, abs=0.01)
    served = keras.layers.Dropout(rate)(ones, training=False)
    np.testing.assert_array_equal(served, ones)


def test_spatial_dropout_drops_whole_maps(maps: np.ndarray) -> None:
    dropped = in_training(keras.layers.SpatialDropout2D(0.5), maps)
    gone = (dropped == 0).all(axis=(1, 2))
    assert gone.mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(dropped, np.where(gone[:, None, None, :], 0, 2 * maps))


def test_dropout_drops_single_values(maps: np.ndarray) -> None:
    dropped = in_training(keras.layers.Dropout(0.5), maps)
    assert not (dropped == 0).all(axis=(1, 2)).any()


def test_batch_normalisation_of_features_is_over_the_batch(maps: np.ndarray) -> None:
    features = maps.reshape(SHAPE[0], -1)
    layer = keras.layers.BatchNormalization(epsilon=0)
    actual = in_training(layer, features)
    expected = (features - features.mean(axis=0)) / features.std(axis=0)
    np.testing.assert_allclose(actual, expected, atol=1e-3)
    assert layer.count_params() == 4 * 5 * 6 * 8


def test_spatial_batch_normalisation_is_over_the_batch_and_all_places(maps: np.ndarray) -> None:
    layer = keras.layers.BatchNormalization(epsilon=0)
    actual = in_training(layer, maps)
    expected = (maps - maps.mean(axis=(0, 1, 2))) / maps.std(axis=(0, 1, 2))
    np.testing.assert_allclose(actual, expected, atol=1e-3)
    assert layer.count_params() == 4 * 8  # scale, offset, and the two moments that serving takes
