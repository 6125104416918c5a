import keras
import numpy as np
import pytest

from components.train.network import build_network
from models import build_model


def test_pixels_are_normalised_by_the_statistics_of_the_data() -> None:
    body = keras.Sequential([keras.Input((2, 2, 3)), keras.layers.Identity()])
    network = build_network(body, mean=[10, 20, 30], variance=[1, 4, 25])
    pixels = np.full((1, 2, 2, 3), 40, np.uint8)
    expected = np.broadcast_to([30, 10, 2], pixels.shape)
    np.testing.assert_allclose(network.predict(pixels, verbose=0), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("model", "total", "trainable"),
    [
        ("digits_cnn", 34_826, 34_826),
        ("digits_fcn", 34_826, 34_826),
        ("random_features", 21_706, 2_890),
    ],
)
def test_normalisation_adds_no_parameter(model: str, total: int, trainable: int) -> None:
    body = build_model(model, (28, 28, 1), 10, {})
    network = build_network(body, [33.0], [6000.0])
    assert network.count_params() == total
    assert sum(weight.numpy().size for weight in network.trainable_weights) == trainable
