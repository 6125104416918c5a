"""What holds for every architecture, whichever modules there are."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from models import build_model, check_model, model_names

SHAPE = (32, 32, 3)
UNITS = 4


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.set_random_seed(0)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(8, *SHAPE)).astype("float32")


def test_names_are_those_of_the_modules() -> None:
    assert {"digits_cnn", "digits_fcn", "random_features"} <= set(model_names())


def test_the_package_loads_without_keras() -> None:
    code = "import sys, models; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", model_names())
def test_every_model_fits_and_survives_the_disk(
    name: str, images: np.ndarray, tmp_path: Path
) -> None:
    model = build_model(name, SHAPE, UNITS, {})
    before = model.predict(images, verbose=0)
    targets = np.random.default_rng(1).normal(size=before.shape)
    model.compile("sgd", "mse")
    model.fit(images, targets, batch_size=8, verbose=0)
    outputs = model.predict(images, verbose=0)
    assert not np.array_equal(outputs, before)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(images, verbose=0), outputs)
    assert len(loaded.trainable_weights) == len(model.trainable_weights)


@pytest.mark.parametrize("name", model_names())
def test_every_model_gives_raw_outputs(name: str, images: np.ndarray) -> None:
    outputs = build_model(name, SHAPE, UNITS, {}).predict(images, verbose=0)
    assert (len(outputs), outputs.shape[-1]) == (8, UNITS)
    assert outputs.min() < 0, "neither ReLU, sigmoid nor softmax"
    assert not np.allclose(outputs.sum(axis=-1), 1)


@pytest.mark.parametrize("name", model_names())
def test_every_model_keeps_32_bit_outputs_in_mixed_precision(name: str) -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_model(name, SHAPE, UNITS, {})
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.output.dtype == "float32"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dropuot": 0.5}, "train.options.dropuot: Unexpected keyword argument"),
        ({"dropout": "half"}, "train.options.dropout: Input should be a valid number"),
        ({"dropout": 1.5}, "train.options.dropout: Input should be less than 1"),
        ({"l2": -1}, "train.options.l2: Input should be greater than or equal to 0"),
        ({"units": 3}, "train.options.units: Got multiple values for argument"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        build_model("digits_cnn", SHAPE, UNITS, options)


@pytest.mark.parametrize(("name", "option"), [("unet", "widht"), ("keypoint_heatmap", "widht")])
def test_a_misspelt_option_gets_the_nearest_before_anything_is_built(
    name: str, option: str
) -> None:
    with pytest.raises(ConvoyError, match=rf"no option of {name} '{option}'; .* width\?"):
        check_model(name, [option])


def test_an_unknown_model_lists_those_there_are() -> None:
    with pytest.raises(ConvoyError, match=r"no model 'resnte'; there are .*digits_cnn, digits_fcn"):
        build_model("resnte", SHAPE, UNITS, {})


@pytest.mark.parametrize("name", ["../digits_cnn", "digits_cnn.build", "", "__init__"])
def test_only_modules_are_models(name: str) -> None:
    with pytest.raises(ConvoyError, match="no model"):
        build_model(name, SHAPE, UNITS, {})


def test_images_too_small_for_the_architecture() -> None:
    with pytest.raises(ConvoyError, match=r"digits_cnn does not fit images \(4, 4, 1\)"):
        build_model("digits_cnn", (4, 4, 1), UNITS, {})
