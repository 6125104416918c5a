"""What holds for the networks that find keypoints."""

from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.core.facial_points import GROUPS
from components.train.initial_weights import load_initial_weights
from models import build_model, model_names

SHAPE = (96, 96, 1)
UNITS = 30
SMALL = (32, 32, 1)
NAMES = [name for name in model_names() if name.startswith("keypoint_")]
QUICK = {  # options that make networks small
    "keypoint_resnet": {"blocks": 1},
    "keypoint_specialists": {"architecture": "keypoint_lenet", "options": {"hidden": 4}},
}


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def images(count: int, side: int = 32) -> np.ndarray:
    shape = (count, side, side, 1)
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.parametrize(
    ("name", "options", "parameters"),
    [
        ("keypoint_mlp", {}, 924_730),
        ("keypoint_lenet", {}, 8_051_502),
        ("keypoint_lenet", {"hidden": 1000}, 16_561_502),
        ("keypoint_cnn", {}, 1_482_286),
        ("keypoint_resnet", {}, 840_814),
        ("keypoint_heatmap", {}, 125_035),
        ("keypoint_heatmap", {"width": 32, "depth": 2}, 61_759),
        ("keypoint_specialists", {}, 5 * 125_035 - 4 * (15 * 40 + 15)),
        ("keypoint_specialists", {"architecture": "keypoint_mlp"}, 5 * 921_700 + 3_030),
    ],
)
def test_parameters(name: str, options: dict[str, object], parameters: int) -> None:
    assert build_model(name, SHAPE, UNITS, options).count_params() == parameters


@pytest.mark.parametrize("name", NAMES)
def test_every_weight_has_a_path_of_its_own(name: str) -> None:
    model = build_model(name, SMALL, UNITS, QUICK.get(name, {}))
    paths = [weight.path for weight in model.weights]
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("name", NAMES)
def test_weights_transfer_by_name(name: str, tmp_path: Path) -> None:
    origin = build_model(name, SMALL, UNITS, QUICK.get(name, {}))
    origin.save(tmp_path / "origin.keras")
    keras.utils.clear_session()
    model = build_model(name, SMALL, UNITS, QUICK.get(name, {}))
    copied = load_initial_weights(model, str(tmp_path / "origin.keras"))
    assert copied == len(model.weights)
    batch = images(2)
    np.testing.assert_array_equal(model.predict(batch, verbose=0), origin.predict(batch, verbose=0))


@pytest.mark.parametrize("name", ["keypoint_cnn", "keypoint_resnet", "keypoint_lenet"])
def test_dropout_acts_in_training_only(name: str) -> None:
    model = build_model(name, SMALL, UNITS, {"dropout": 0.5})
    batch = images(4)
    outputs = [np.array(model(batch, training=False)) for _ in range(2)]
    np.testing.assert_array_equal(*outputs)


def test_spatial_dropout_drops_whole_maps() -> None:
    model = build_model("keypoint_cnn", SMALL, UNITS, {"spatial_dropout": 0.5})
    layers = [each for each in model.layers if isinstance(each, keras.layers.SpatialDropout2D)]
    assert [layer.rate for layer in layers] == [0.5] * 4


def test_heat_maps_stay_within_the_image() -> None:
    model = build_model("keypoint_heatmap", SMALL, UNITS, {"temperature": 0.01})
    outputs = model.predict(images(8), verbose=0)
    assert np.abs(outputs).max() <= 1 - 1 / 8
    assert model.get_layer("heatmaps").output.shape == (None, 8, 8, 15)


def test_heat_maps_follow_a_shifted_image() -> None:
    """Convolutions are the same everywhere: in the middle, points move along with the image."""
    model = build_model("keypoint_heatmap", (64, 64, 1), 2, {"depth": 0, "temperature": 1e-3})
    blank = np.zeros((2, 64, 64, 1), "float32")
    blob = images(1, 12)[0]
    blank[0, 20:32, 20:32] = blob
    blank[1, 28:40, 24:36] = blob
    first, second = model.predict(blank, verbose=0)
    np.testing.assert_allclose((second - first) * 32, [4, 8], atol=1e-3)


def test_the_image_must_fit_the_depth() -> None:
    with pytest.raises(ConvoyError, match=r"keypoint_heatmap does not fit inputs \(48, 60, 1\)"):
        build_model("keypoint_heatmap", (48, 60, 1), UNITS, {"depth": 3})


def test_groups_follow_the_order_of_the_points() -> None:
    """What the specialists rely on."""
    assert [point for points in GROUPS.values() for point in points] == list(range(15))


def test_specialists_are_their_networks_side_by_side() -> None:
    options = QUICK["keypoint_specialists"]
    specialists = build_model("keypoint_specialists", SMALL, UNITS, options)
    batch, expected = images(3), []
    for group, points in GROUPS.items():
        single = build_model("keypoint_lenet", SMALL, 2 * len(points), options["options"])
        weights = [
            weight
            for layer in specialists.layers
            if layer.name.startswith(group)
            for weight in layer.get_weights()
        ]
        single.set_weights(weights)
        expected.append(single(batch))
    np.testing.assert_allclose(
        specialists(batch), np.concatenate(expected, axis=1), rtol=0, atol=1e-6
    )


def test_a_specialist_learns_its_own_points_alone() -> None:
    options = {"architecture": "keypoint_mlp", "options": {"hidden": 3}}
    model = build_model("keypoint_specialists", SMALL, UNITS, options)
    before = {weight.path: np.array(weight) for weight in model.weights}
    batch = images(4)
    targets = model.predict(batch, verbose=0)
    targets[:, 2 * GROUPS["nose"][0]] += 1
    model.compile("sgd", "mse")
    model.fit(batch, targets, verbose=0)
    changed = {w.path for w in model.weights if not np.allclose(w, before[w.path], atol=1e-7)}
    assert changed
    assert all(path.startswith("nose_") for path in changed)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"architecture": "keypoint_specialists"}, "cannot be its own specialist"),
        ({"architecture": "nothing"}, "no model 'nothing'"),
        ({"options": {"dept": 2}}, r"train\.options\.dept: Unexpected keyword"),
        ({"options": {"depth": -2}}, r"train\.options\.depth: Input should be greater"),
    ],
)
def test_a_wrong_specialist_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        build_model("keypoint_specialists", SHAPE, UNITS, options)
