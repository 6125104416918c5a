from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.train import initial_weights
from components.train.initial_weights import load_initial_weights
from models import build_model
from models.shared.loading import KERAS_FILE


def network(model: str = "digits_cnn", units: int = 10, seed: int = 0) -> keras.Model:
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    pixels = keras.Input((28, 28, 1), dtype="uint8")
    normalised = keras.layers.Rescaling(1 / 255)(pixels)
    return keras.Model(pixels, build_model(model, (28, 28, 1), units, {})(normalised))


def test_weights_of_equal_path_and_shape_are_copied(tmp_path: Path) -> None:
    source, target = network(seed=1), network(units=3, seed=2)
    source.save(tmp_path / "source.keras")
    copied = load_initial_weights(target, str(tmp_path / "source.keras"))
    assert copied == 4  # kernels and biases of both convolutions; the last layer differs
    names = {weight.path: weight.numpy() for weight in source.weights}
    for weight in target.weights[:4]:
        np.testing.assert_array_equal(weight.numpy(), names[weight.path])


def test_the_same_architecture_computes_the_same(tmp_path: Path) -> None:
    source, target = network(seed=1), network(seed=2)
    source.save(tmp_path / "source.keras")
    load_initial_weights(target, str(tmp_path / "source.keras"))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 28, 28, 1), np.uint8)
    np.testing.assert_allclose(
        source.predict(pixels, verbose=0), target.predict(pixels, verbose=0), atol=1e-6
    )


def test_none_changes_nothing() -> None:
    assert load_initial_weights(network(), "none") == 0


def test_the_weights_of_a_registered_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = network(seed=1), network(seed=2)
    source.save(tmp_path / KERAS_FILE)
    champion = {"models:/digits@champion": tmp_path}
    monkeypatch.setattr(initial_weights, "download", champion.__getitem__)
    assert load_initial_weights(target, "models:/digits@champion") == 6


def test_an_absent_file_is_named() -> None:
    with pytest.raises(ConvoyError, match="absent.keras: not found"):
        load_initial_weights(network(), "absent.keras")


def test_a_network_without_a_common_weight_is_refused(tmp_path: Path) -> None:
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    other.save(tmp_path / "other.keras")
    with pytest.raises(ConvoyError, match="shares no weight"):
        load_initial_weights(network(), str(tmp_path / "other.keras"))
