from itertools import pairwise

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.unet import build

UNITS = 5
FILTERS = (64, 128, 256, 512, 1024)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build((96, 128, 3), UNITS, width=4, depth=3)


def images(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(1, height, width, 3)).astype("float32")


def kernel(size: int, inputs: int, outputs: int) -> int:
    return size * size * inputs * outputs


def test_parameters_of_the_published_size() -> None:
    """31,030,658 as published, with biases and 2 classes; batch norm has four numbers for one."""
    down = [kernel(3, a, b) + kernel(3, b, b) for a, b in pairwise((1, *FILTERS))]
    up = [kernel(2, 2 * b, b) + kernel(3, 2 * b, b) + kernel(3, b, b) for b in FILTERS[:-1]]
    biases_of_3x3 = 2 * sum(FILTERS) + 2 * sum(FILTERS[:-1])
    other_biases = sum(FILTERS[:-1]) + 2
    published = sum(down) + sum(up) + kernel(1, 64, 2) + biases_of_3x3 + other_biases
    assert published == 31_030_658
    model = build((572, 572, 1), 2, width=64, depth=4, stride=1, up_convolutions=2)
    assert model.count_params() == published - biases_of_3x3 + 4 * biases_of_3x3


def test_convolutions_of_the_published_network() -> None:
    """23: 18 of 3x3, 4 that double the maps, one (of 1x1, stride 1) for the classes."""
    model = build((64, 64, 1), 2, width=2, depth=4, stride=1, up_convolutions=2)
    kinds = [type(layer) for layer in model.layers]
    assert kinds.count(keras.layers.Conv2D) == 18
    assert kinds.count(keras.layers.Conv2DTranspose) == 4 + 1
    assert kinds.count(keras.layers.Concatenate) == 4


@pytest.mark.parametrize("up_convolutions", [0, 1, 2])
def test_convolutions_of_the_decoder(up_convolutions: int) -> None:
    model = build((64, 64, 3), UNITS, width=2, depth=3, up_convolutions=up_convolutions)
    names = [layer.name for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert len([name for name in names if name.startswith("up")]) == 3 * up_convolutions


@settings(max_examples=12)
@given(st.integers(1, 70), st.integers(1, 70))
def test_any_size(model: keras.Model, height: int, width: int) -> None:
    logits = np.asarray(model(images(height, width), training=False))
    assert logits.shape == (1, height, width, UNITS)
    assert np.isfinite(logits).all()


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_depth_halves_the_maps(depth: int) -> None:
    model = build((None, None, 3), UNITS, width=2, depth=depth)
    bottom = model.get_layer("bottom_2").output.shape[-1]
    assert bottom == 2 * 2**depth
    assert model.predict(images(97, 31), verbose=0).shape == (1, 97, 31, UNITS)


def test_skipped_maps_reach_the_output_beside_the_bottom() -> None:
    """With nothing coming up from below, a pixel still decides upon its own logits."""
    keras.utils.set_random_seed(0)
    model = build((None, None, 3), UNITS, width=8, depth=2, stride=1, up_convolutions=2)
    layer = model.get_layer("up1")
    layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    batch = images(32, 32)
    changed = batch.copy()
    changed[0, 16, 16] += 1
    difference = np.abs(np.asarray(model(changed)) - np.asarray(model(batch))).max(axis=(0, 3))
    assert difference[16, 16] > 0
    rows, columns = np.nonzero(difference)
    assert max(abs(rows - 16).max(), abs(columns - 16).max()) <= 4, "four 3x3 convolutions"


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_stride_coarsens_the_finest_maps_only(stride: int) -> None:
    model = build((48, 48, 3), UNITS, width=2, depth=1, stride=stride)
    batch = images(48, 48)
    finest = keras.Model(model.input, model.get_layer("down1_2").output)(batch)
    assert finest.shape == (1, 48 // stride, 48 // stride, 2)
    assert model(batch).shape == (1, 48, 48, UNITS)
    assert model(images(97, 31)).shape == (1, 97, 31, UNITS)
