import keras
import numpy as np
import pytest
from keras import layers

from components.core.layers import layer_table
from components.explain.network import lay_open, run_in_batches
from models import build_model
from tests.components.explain.networks import linear, random_pixels

CASES = [
    ("digits_cnn", (28, 28, 1), {}),
    ("transfer", (64, 64, 3), {}),
    ("unet", (32, 48, 3), {"width": 4}),
    ("fcn", (64, 64, 3), {"backbone": "small"}),
    ("keypoint_heatmap", (32, 32, 1), {"width": 4}),
    ("patch_classifier", (32, 32, 3), {"width": 4}),
    ("mask_rcnn", (64, 64, 3), {"sizes": {"strides": [4, 8], "width": 4, "dense": 4}}),
]


@pytest.mark.parametrize(("name", "shape", "options"), CASES)
def test_laid_open_it_is_the_same_network(
    name: str, shape: tuple[int, int, int], options: dict[str, object]
) -> None:
    keras.utils.set_random_seed(0)
    network = build_model(name, shape, 4, options)
    inside = lay_open(network, shape)
    pixels = np.random.default_rng(0).integers(0, 256, (2, *shape)).astype("float32")
    np.testing.assert_allclose(inside.model(pixels), network(pixels), rtol=1e-4, atol=1e-4)
    assert not any(isinstance(layer, keras.Model) for layer in inside.model.layers)
    assert inside.model.count_params() == network.count_params()
    paths = layer_table(network, shape)["layer"].tolist()
    assert set(inside.maps) <= set(paths)
    assert set(inside.maps) <= set(inside.fields) <= set(paths)


def test_maps_of_parts_of_an_image_are_left_out() -> None:
    sizes = {"strides": [4, 8], "width": 4, "dense": 4}
    inside = lay_open(build_model("mask_rcnn", (64, 64, 3), 2, {"sizes": sizes}), (64, 64, 3))
    assert "trunk/level4" in inside.maps
    assert not [name for name in inside.maps if "head" in name]
    assert inside.vector is None


def test_blocks_are_the_last_layers_of_each_size() -> None:
    inside = lay_open(build_model("digits_cnn", (28, 28, 1), 10, {}), (28, 28, 1))
    sizes = [inside.maps[name].shape[1] for name in inside.blocks()]
    assert sizes == [26, 13, 11, 5]
    deepest = inside.deepest()
    assert deepest is not None
    assert inside.maps[deepest].shape == (None, 5, 5, 64)
    assert inside.first is not None
    assert inside.first.name == "conv1"
    titles = [inside.titles[name] for name in inside.blocks()]
    assert titles == ["conv1", "conv1, MaxPooling2D", "conv2", "conv2, MaxPooling2D"]


def test_the_deepest_maps_of_a_u_net_are_in_its_middle() -> None:
    inside = lay_open(build_model("unet", (32, 32, 3), 4, {"width": 4}), (32, 32, 3))
    sizes = {name: inside.maps[name].shape[1] for name in inside.blocks()}
    assert list(sizes.values()) == [16, 8, 4, 8, 16, 32]
    assert [sizes[name] for name in inside.descent()] == [16, 8, 4]
    assert inside.descent()[-1] == inside.deepest()


def test_a_network_without_maps() -> None:
    network = build_model("perceptron", (8, 8, 1), 3, {})
    inside = lay_open(network, (8, 8, 1))
    assert (inside.blocks(), inside.descent(), inside.deepest()) == ([], [], None)
    assert inside.first is not None
    bare = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten()])
    assert lay_open(bare, (8, 8, 1)).first is None


def test_batches_are_put_together_in_order() -> None:
    inside = lay_open(linear(np.array([1.0, -2.0]), np.eye(2)), (8, 8, 1))
    pixels = random_pixels(70)
    outputs = run_in_batches(inside.model, pixels)
    means = pixels.mean(axis=(1, 2)) / 255
    np.testing.assert_allclose(outputs, means * [1, -2], atol=1e-5)


@pytest.mark.parametrize(
    ("name", "shape", "options", "size", "kind"),
    [
        ("digits_cnn", (28, 28, 1), {}, 1600, "what the last dense layer is given"),
        ("perceptron", (8, 8, 1), {}, 100, "what the last dense layer is given"),
        ("digits_fcn", (28, 28, 1), {}, 64, "the means of the maps of conv2, Dropout"),
        ("unet", (32, 32, 3), {"width": 4}, 16, "the means of the maps of "),
    ],
)
def test_a_vector_a_sample(
    name: str, shape: tuple[int, int, int], options: dict[str, object], size: int, kind: str
) -> None:
    found = lay_open(build_model(name, shape, 4, options), shape).embedding()
    assert found is not None
    model, words = found
    assert model.output_shape == (None, size)
    assert words.startswith(kind)


def test_a_network_without_kernels_has_no_vectors() -> None:
    bare = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten()])
    assert lay_open(bare, (8, 8, 1)).embedding() is None
