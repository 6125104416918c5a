from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.shared.local import LocallyConnected2D


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 5), st.integers(1, 3))
def test_with_equal_weights_it_is_the_convolution_that_shares_them(
    kernel: int, stride: int, more: int, channels: int
) -> None:
    images = random(2, kernel + more, kernel + 2, channels)
    local = LocallyConnected2D(3, kernel, stride)
    shared = keras.layers.Conv2D(3, kernel, stride)
    expected = shared(images)
    local.build(images.shape)
    rows, columns = expected.shape[1:3]
    weights, _ = shared.get_weights()
    bias = random(3)
    shared.set_weights([weights, bias])
    patch = weights.reshape(-1, 3)  # row by row, channels last
    local.set_weights([np.tile(patch, (rows, columns, 1, 1)), np.tile(bias, (rows, columns, 1))])
    np.testing.assert_allclose(local(images), shared(images), atol=1e-4)
    assert local.count_params() == rows * columns * shared.count_params()


def test_each_place_has_weights_of_its_own() -> None:
    local = LocallyConnected2D(1, 2)
    images = random(1, 4, 4, 1)
    before = local(images).numpy()
    kernel, bias = local.get_weights()
    kernel[1, 2] += 1
    local.set_weights([kernel, bias])
    changed = local(images).numpy() != before
    assert np.argwhere(changed[0, :, :, 0]).tolist() == [[1, 2]]


def test_weights_start_as_small_as_those_of_a_dense_layer_on_a_patch() -> None:
    local = LocallyConnected2D(4, 5)
    local.build((None, 28, 28, 3))
    limit = np.sqrt(6 / (75 + 4))
    assert np.abs(local.get_weights()[0]).max() == pytest.approx(limit, rel=0.1)


@pytest.mark.parametrize("shape", [(None, 2, 9, 1), (None, None, 9, 1)])
def test_images_without_places_for_a_patch(shape: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match="no patch of 3 fits"):
        LocallyConnected2D(1, 3).build(shape)


def test_it_survives_the_disk(tmp_path: Path) -> None:
    inputs = keras.Input((6, 6, 1))
    model = keras.Model(inputs, LocallyConnected2D(2, 3, 2)(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    images = random(2, 6, 6, 1)
    np.testing.assert_array_equal(loaded(images), model(images))
