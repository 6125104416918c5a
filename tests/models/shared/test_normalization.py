import numpy as np
import pytest
import tensorflow as tf

from models.shared.normalization import LocalResponseNormalization


@pytest.mark.parametrize("channels", [1, 3, 9])
@pytest.mark.parametrize("size", [1, 3, 5])
def test_it_is_that_of_tensorflow(channels: int, size: int) -> None:
    maps = np.random.default_rng(0).normal(0, 30, (2, 3, 4, channels)).astype("float32")
    expected = tf.nn.local_response_normalization(maps, size // 2, bias=2, alpha=1e-4, beta=0.75)
    np.testing.assert_allclose(LocalResponseNormalization(size)(maps), expected, rtol=1e-5)


def test_worked_example() -> None:
    """3 / (2 + 1 * (3^2 + 4^2))^1 between two channels."""
    layer = LocalResponseNormalization(size=3, k=2.0, alpha=1.0, beta=1.0)
    actual = layer(np.array([[[[3.0, 4.0, 0.0, 0.0]]]])).numpy()[0, 0, 0]
    np.testing.assert_allclose(actual, [3 / 27, 4 / 27, 0, 0], rtol=1e-6)
