from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from models import without_weights
from models.shared.backbones import build_backbone

PREPROCESSING = {
    "MobileNetV2": keras.applications.mobilenet_v2.preprocess_input,  # to [-1, 1]
    "VGG16": keras.applications.vgg16.preprocess_input,  # blue first, less a mean
    "MobileNetV3Small": keras.applications.mobilenet_v3.preprocess_input,  # none
}


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def pixels(height: int = 64, width: int = 96, channels: int = 3) -> np.ndarray:
    shape = (2, height, width, channels)
    return np.random.default_rng(0).integers(0, 256, shape).astype("float32")


def outputs(model: keras.Model, batch: np.ndarray) -> np.ndarray | list[np.ndarray]:
    """What the model says; `predict` would take long to trace large networks."""
    return keras.tree.map_structure(np.asarray, model(batch, training=False))


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("resnet18", 11_176_512), ("small", 309_456), ("fine", 1_227_488)],
)
def test_trained_parameters_of_residual_networks(name: str, parameters: int) -> None:
    model = build_backbone(name, 3)
    assert sum(weight.numpy().size for weight in model.trainable_weights) == parameters


def test_resnet18_has_18_layers_with_the_classifier() -> None:
    model = build_backbone("resnet18", 3)
    layers = [each for each in model.layers if isinstance(each, keras.layers.Conv2D)]
    main = [layer for layer in layers if not layer.name.endswith("projection")]
    assert len(main) == 17
    assert [layer.kernel_size for layer in main] == [(7, 7)] + 16 * [(3, 3)]


@pytest.mark.parametrize("name", PREPROCESSING)
def test_preprocessing_is_inside(name: str) -> None:
    model = build_backbone(name, 3)
    bare = getattr(keras.applications, name)(weights=None, include_top=False)
    bare.set_weights(model.get_weights())
    expected = outputs(bare, PREPROCESSING[name](pixels()))
    np.testing.assert_allclose(outputs(model, pixels()), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["small", "MobileNetV3Small", "VGG16"])
def test_preprocessing_survives_the_disk(name: str, tmp_path: Path) -> None:
    model = build_backbone(name, 3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    expected = outputs(model, pixels())
    np.testing.assert_array_equal(outputs(loaded, pixels()), expected)


def test_residual_networks_normalise_by_the_statistics_of_imagenet() -> None:
    model = build_backbone("small", 3)
    normalised = keras.Model(model.input, model.get_layer("stem").input)
    expected = (pixels() / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    np.testing.assert_allclose(outputs(normalised, pixels()), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("resnet18", [64, 128, 256, 512]),
        ("fine", [32, 64, 128, 256]),
        ("MobileNetV2", [144, 192, 576, 1280]),
        pytest.param("EfficientNetV2B0", [32, 192, 672, 1280], marks=pytest.mark.slow),
        pytest.param("ResNet50", [256, 512, 1024, 2048], marks=pytest.mark.slow),
        ("VGG16", [256, 512, 512, 512]),
        pytest.param("DenseNet121", [128, 256, 512, 1024], marks=pytest.mark.slow),
    ],
)
def test_feature_maps(name: str, channels: list[int]) -> None:
    model = build_backbone(name, 3, strides=(4, 8, 16, 32))
    shapes = model.compute_output_shape((1, 64, 96, 3))
    sizes = zip(channels, (4, 8, 16, 32), strict=True)
    assert shapes == [(1, 64 // stride, 96 // stride, maps) for maps, stride in sizes]


def test_maps_at_a_stride_are_the_last_ones() -> None:
    last = build_backbone("small", 3)
    keras.utils.clear_session()
    listed = build_backbone("small", 3, strides=(8, 32))
    listed.set_weights(last.get_weights())
    expected = outputs(last, pixels())
    np.testing.assert_array_equal(outputs(listed, pixels())[1], expected)


def test_statistics_of_batch_normalisation_settle_soon() -> None:
    layers = build_backbone("MobileNetV2", 3).layers
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert {layer.momentum for layer in norms} == {0.9}


def test_grey_images_are_repeated() -> None:
    grey, colour = build_backbone("VGG16", 1), build_backbone("VGG16", 3)
    colour.set_weights(grey.get_weights())
    batch = pixels(channels=1)
    expected = outputs(colour, np.repeat(batch, 3, axis=-1))
    np.testing.assert_allclose(outputs(grey, batch), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("suffix", [".weights.h5", ".keras"])
def test_weights_from_a_file_of_the_same_backbone(suffix: str, tmp_path: Path) -> None:
    origin, file = build_backbone("small", 3), tmp_path / f"small{suffix}"
    origin.save(file) if suffix == ".keras" else origin.save_weights(file)
    model = build_backbone("small", 3, strides=(16, 32), weights=str(file))
    expected = outputs(origin, pixels())
    np.testing.assert_array_equal(outputs(model, pixels())[1], expected)


@pytest.mark.parametrize("suffix", [".weights.h5", ".h5"])
def test_weights_from_a_file_of_keras(suffix: str, tmp_path: Path) -> None:
    origin = keras.applications.MobileNetV3Small(weights=None, include_top=False)
    file = tmp_path / f"v3{suffix}"
    origin.save_weights(file) if suffix == ".weights.h5" else origin.save(file)
    model = build_backbone("MobileNetV3Small", 3, weights=str(file))
    for actual, expected in zip(model.get_weights(), origin.get_weights(), strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_imagenet_without_a_network_names_the_file_and_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", "/nowhere")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # where nobody listens
    with pytest.raises(ConvoyError) as error:
        build_backbone("MobileNetV3Small", 3, weights="imagenet")
    assert "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5" in str(error.value)
    assert "folder models of KERAS_HOME" in str(error.value)


def test_imagenet_weights_placed_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras looks into that folder before it downloads; its checksum is not ours to forge."""
    origin = keras.applications.MobileNetV3Small(weights=None, include_top=False)
    file = "models/weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5"
    (tmp_path / "models").mkdir()
    origin.save(tmp_path / file)
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setattr("keras.src.utils.file_utils.validate_file", lambda *_, **__: True)
    model = build_backbone("MobileNetV3Small", 3, weights="imagenet")
    for actual, expected in zip(model.get_weights(), origin.get_weights(), strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "small.weights.h5"
    build_backbone("small", 3).save_weights(file)
    with pytest.raises(ConvoyError, match=r"small\.weights\.h5: no weights of resnet18 without"):
        build_backbone("resnet18", 3, weights=str(file))


def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.weights.h5"
    file.write_text("no weights")
    with pytest.raises(ConvoyError, match=r"broken\.weights\.h5: no weights of small"):
        build_backbone("small", 3, weights=str(file))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("resnet19", 3), "no backbone 'resnet19'; there are resnet18, .*small, .*MobileNetV2"),
        (("NASNetMobile", 3), "NASNetMobile is not for images of any size"),
        (("resnet18", 4), "resnet18 takes 1 or 3 channels, not 4"),
    ],
)
def test_what_there_is_not(arguments: tuple[str, int], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        build_backbone(*arguments)


def test_a_network_that_must_know_the_size_is_told() -> None:
    with without_weights():
        model = build_backbone("NASNetMobile", 3, size=(96, 64))
        assert model.output_shape == (None, 3, 2, 1056)
        assert model.count_params() == 4_269_716


def test_weights_that_do_not_tell_their_preprocessing_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "b0.weights.h5"
    with pytest.raises(
        ConvoyError, match=r"b0\.weights\.h5: weights of EfficientNetB0 do not tell"
    ):
        build_backbone("EfficientNetB0", 3, weights=str(file))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("absent.h5", "absent.h5: not found"),
        ("imagenet", "Keras publishes no ImageNet weights of small"),
    ],
)
def test_weights_there_are_not(weights: str, message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        build_backbone("small", 3, weights=weights)
