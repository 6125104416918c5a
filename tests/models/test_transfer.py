import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.core.errors import ConvoyError
from components.samples.image import ImageSample
from components.train.initial_weights import load_initial_weights
from models import build_model
from models.shared.backbones import BACKBONE
from models.transfer import build

SHAPE = (64, 64, 3)
NO_SAMPLES = tf.data.Dataset.from_tensors(tf.zeros(SHAPE, tf.uint8)).take(0)  # they need none


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def network(model: str, units: int, backbone: str, seed: int) -> keras.Model:
    """A network as it is trained, in a session of its own: layer names are counted anew."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    body = build_model(model, SHAPE, units, {"backbone": backbone})
    size = dict(zip(("height", "width", "channels"), SHAPE, strict=True))
    sample = ImageSample(name="toy", checks={}, prepare=size)
    return sample.entrance(body, NO_SAMPLES, raw=True)


def pixels(count: int = 2) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *SHAPE)).astype("float32")


@pytest.mark.parametrize(
    ("backbone", "below", "features"),
    [("small", 309_456 + 1_440, 128), ("MobileNetV2", 2_257_984, 1280)],
)
def test_parameters(backbone: str, below: int, features: int) -> None:
    assert build(SHAPE, 4, backbone=backbone).count_params() == below + features * 4 + 4


def test_layers() -> None:
    names = [layer.name for layer in build(SHAPE, 1, backbone="small").layers]
    assert names[1:] == [BACKBONE, "pooling", "dropout", "logits"]


@pytest.mark.parametrize(("pooling", "pool"), [("average", np.mean), ("max", np.max)])
def test_logits_are_those_of_the_pooled_maps(pooling: str, pool: np.ufunc) -> None:
    model = build(SHAPE, 4, backbone="small", pooling=pooling)
    maps = keras.Model(model.input, model.get_layer("pooling").input)
    features = pool(maps.predict(pixels(), verbose=0), axis=(1, 2))
    expected = model.get_layer("logits")(features)
    np.testing.assert_allclose(model.predict(pixels(), verbose=0), expected, atol=1e-5)


def test_both_poolings_stand_side_by_side() -> None:
    model = build(SHAPE, 4, backbone="small", pooling="both")
    maps = keras.Model(model.input, model.get_layer("pooling").input).predict(pixels(), verbose=0)
    features = np.concatenate([maps.mean(axis=(1, 2)), maps.max(axis=(1, 2))], axis=1)
    expected = model.get_layer("logits")(features)
    np.testing.assert_allclose(model.predict(pixels(), verbose=0), expected, atol=1e-5)


def test_a_frozen_backbone_stays() -> None:
    model = build(SHAPE, 1, backbone="small")
    backbone = model.get_layer(BACKBONE)
    backbone.trainable = False
    before = backbone.get_weights()
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(pixels(4), np.array([0, 1, 0, 1]), verbose=0)
    for weight, old in zip(backbone.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)
    assert [weight.path for weight in model.trainable_weights] == ["logits/kernel", "logits/bias"]


@pytest.mark.parametrize("backbone", ["small", pytest.param("Xception", marks=pytest.mark.slow)])
def test_the_backbone_of_a_classifier_starts_another(backbone: str, tmp_path: Path) -> None:
    source = network("transfer", 6, backbone, seed=1)
    source.save(tmp_path / "source.keras")
    target = network("transfer", 1, backbone, seed=2)
    assert _backbones_differ(source, target)
    copied = load_initial_weights(target, str(tmp_path / "source.keras"))
    assert copied == len(target.weights) - 2
    assert not _backbones_differ(source, target)


@pytest.mark.parametrize("backbone", ["small", pytest.param("MobileNetV2", marks=pytest.mark.slow)])
def test_the_backbone_of_a_classifier_starts_a_network_for_masks(
    backbone: str, tmp_path: Path
) -> None:
    source = network("transfer", 6, backbone, seed=1)
    source.save(tmp_path / "source.keras")
    target = network("fcn", 6, backbone, seed=2)
    copied = load_initial_weights(target, str(tmp_path / "source.keras"))
    assert copied == len(target.get_layer("fcn").get_layer(BACKBONE).weights)
    assert not _backbones_differ(source, target)


@pytest.mark.slow
def test_a_network_for_masks_starts_a_classifier_in_a_fresh_process(tmp_path: Path) -> None:
    """Where nothing has yet loaded the layers that the file names."""
    network("fcn", 6, "small", seed=1).save(tmp_path / "source.keras")
    code = (
        "import sys; from components.train.initial_weights import load_initial_weights as load;"
        "from models.transfer import build; model = build((64, 64, 3), 1, backbone='small');"
        "sys.exit(load(model, sys.argv[1]) != len(model.weights) - 2)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "source.keras")]
    subprocess.run(command, check=True, capture_output=True)


def test_images_too_small_for_the_backbone() -> None:
    with pytest.raises(ConvoyError, match=r"transfer does not fit inputs \(8, 8, 3\)"):
        build_model("transfer", (8, 8, 3), 2, {"backbone": "InceptionV3"})


def _backbones_differ(source: keras.Model, target: keras.Model) -> bool:
    pairs = zip(
        *(model.layers[-1].get_layer(BACKBONE).get_weights() for model in (source, target)),
        strict=True,
    )
    return any(not np.array_equal(a, b) for a, b in pairs)
