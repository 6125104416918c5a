"""What holds for every architecture, whichever modules there are."""

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.train.heads import supervised
from models import (
    build_model,
    check_model,
    find_build,
    model_names,
    output_layout,
    published,
    smallest_side,
    without_weights,
)

SHAPE = (32, 32, 3)
WORDS = (32, 3)
UNITS = 6
RAW = [name for name in model_names() if output_layout(name) != "objects"]
"""Models that give raw outputs, not found objects."""

FEW = {"scale": 1 / 16, "width": 4}
"""What makes filters few, where a model has such an option."""


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.set_random_seed(0)


@pytest.fixture
def images(name: str) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(8, *shape_of(name))).astype("float32")


def shape_of(name: str) -> tuple[int, ...]:
    if len(published(name).shape) == len(WORDS):
        return WORDS
    side = max(SHAPE[0], smallest_side(name) or 0)
    return (side, side, 3)


def build_small(name: str) -> keras.Model:
    """A model for small images; one whose filters can be scaled gets few of them."""
    build = find_build(name)
    known = [] if build is None else [each.arg for each in build.args.kwonlyargs]
    options = {option: value for option, value in FEW.items() if option in known}
    return build_model(name, shape_of(name), UNITS, options)


def predict(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The first output, which is what is served."""
    return np.asarray(keras.tree.flatten(model(images, training=False))[0])


def test_names_are_those_of_the_modules() -> None:
    assert {"digits_cnn", "digits_fcn", "random_features"} <= set(model_names())


def test_the_package_loads_without_keras() -> None:
    code = "import sys, models; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", RAW)
def test_every_model_fits_and_survives_the_disk(
    name: str, images: np.ndarray, tmp_path: Path
) -> None:
    model = build_small(name)
    before = predict(model, images)
    targets = np.random.default_rng(1).normal(size=before.shape)
    fitted = supervised(model)
    fitted.compile("sgd", keras.losses.MeanSquaredError(), run_eagerly=True)
    fitted.fit(images, targets, batch_size=8, verbose=0)
    outputs = predict(model, images)
    assert not np.array_equal(outputs, before)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(predict(loaded, images), outputs)
    assert len(loaded.trainable_weights) == len(model.trainable_weights)


@pytest.mark.parametrize("name", RAW)
def test_every_model_gives_raw_outputs(name: str, images: np.ndarray) -> None:
    outputs = predict(build_small(name), images)
    assert (len(outputs), outputs.shape[-1]) == (8, UNITS)
    assert outputs.min() < 0, "neither ReLU, sigmoid nor softmax"
    assert not np.allclose(outputs.sum(axis=-1), 1)


@pytest.mark.parametrize("name", model_names())
def test_every_model_keeps_32_bit_outputs_in_mixed_precision(name: str) -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_small(name)
    finally:
        keras.config.set_dtype_policy("float32")
    assert {output.dtype for output in model.outputs} == {"float32"}


@pytest.mark.parametrize("name", model_names())
def test_every_model_is_counted_without_its_weights(name: str) -> None:
    with without_weights():
        counted = build_model(name, *published(name), {})
    assert counted.count_params() > 0


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
    with pytest.raises(
        ConvoyError, match=r"no model 'frobnicator'; there are .*digits_cnn, digits_fcn"
    ):
        build_model("frobnicator", SHAPE, UNITS, {})


@pytest.mark.parametrize("name", ["../digits_cnn", "digits_cnn.build", "", "__init__"])
def test_only_modules_are_models(name: str) -> None:
    with pytest.raises(ConvoyError, match="no model"):
        build_model(name, SHAPE, UNITS, {})


def test_images_too_small_for_the_architecture_that_knows_its_least_size() -> None:
    with pytest.raises(ConvoyError, match=r"; it takes 67 x 67 pixels at least$"):
        build_model("alexnet", (66, 66, 3), UNITS, {"scale": 1 / 16})


def test_what_is_built_without_weights_leaves_nothing_behind() -> None:
    with without_weights():
        build_model("perceptron", SHAPE, UNITS, {})
    model = build_small("perceptron")
    assert len(model.get_weights()) == 4


def test_images_too_small_for_the_architecture() -> None:
    with pytest.raises(ConvoyError, match=r"digits_cnn does not fit inputs \(4, 4, 1\)"):
        build_model("digits_cnn", (4, 4, 1), UNITS, {})
