import keras
import numpy as np
import pytest

from models.digits_cnn import build


def test_parameters() -> None:
    assert build((28, 28, 1), 10).count_params() == 34_826


def test_dropout_acts_in_training_only() -> None:
    model = build((28, 28, 1), 10, dropout=0.9)
    images = np.random.default_rng(0).normal(size=(4, 28, 28, 1)).astype("float32")
    serving = keras.ops.convert_to_numpy(model(images, training=False))
    training = keras.ops.convert_to_numpy(model(images, training=True))
    assert not np.allclose(serving, training)


@pytest.mark.parametrize("side", [10, 11])
def test_smallest_images(side: int) -> None:
    assert build((side, side, 1), 3).output_shape == (None, 3)


def test_l2_is_the_sum_of_squared_kernels() -> None:
    model = build((28, 28, 1), 10, l2=0.01)
    kernels = [weight for weight in model.get_weights() if weight.ndim > 1]
    expected = [0.01 * np.square(kernel).sum() for kernel in kernels]
    np.testing.assert_allclose(sum(map(float, model.losses)), sum(expected), rtol=1e-5)


def test_no_penalty_by_default() -> None:
    assert build((28, 28, 1), 10).losses == []
