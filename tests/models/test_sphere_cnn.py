"""Networks of faces by their number of layers."""

import keras
import pytest

from models import build_model, without_weights

SHAPE = (112, 96, 3)


@pytest.mark.parametrize("depth", [4, 10, 20, 36, 64])
def test_convolutions(depth: int) -> None:
    """As table 2 of the paper counts them, convolutions; and the last dense layer."""
    with without_weights():
        model = build_model("sphere_cnn", SHAPE, 512, {"depth": depth, "scale": 1.0})
        layers = [
            layer
            for layer in model.layers
            if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)
        ]
    assert len(layers) == depth + 1
    assert model.get_layer("stage4").filters == 512
    assert model.output_shape == (None, 512)


def test_parameters() -> None:
    with without_weights():
        assert build_model("sphere_cnn", (64, 64, 1), 128, {}).count_params() == 527_312
