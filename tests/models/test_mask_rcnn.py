from pathlib import Path

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from models import build_model, without_weights
from models.shared.loading import load_network

SHAPE = (72, 88, 3)
SMALL = {"sizes": {"strides": [4, 8, 16], "width": 8, "dense": 16}, "limits": {"objects": 5}}

TORCHVISION = 44_401_393
"""Parameters of `maskrcnn_resnet50_fpn`, https://pytorch.org/vision/stable/models/mask_rcnn.html."""


def test_the_published_network_has_its_parameters() -> None:
    with without_weights():
        options = {"backbone": "ResNet50", "sizes": {"width": 256, "dense": 1024}}
        network = build_model("mask_rcnn", (800, 800, 3), 90, options)
        counts = {layer.name: layer.count_params() for layer in network.layers}
        backbone = network.get_layer("trunk").get_layer("backbone").count_params()
    background = 4 * 1025 + 257  # of which torchvision predicts a box and a mask, too
    heads = sum(counts[name] for name in ("proposer", "box_head", "mask_head")) + background
    pyramid = counts["trunk"] - backbone
    norms = 4 * 3 * 256  # a batch normalisation in the place of each bias
    # torchvision counts no batch normalisation of its backbone, which has no biases
    assert heads + pyramid - norms + 23_454_912 == TORCHVISION


def test_nothing_is_found_before_training_that_is_no_box() -> None:
    network = build_model("mask_rcnn", SHAPE, 2, SMALL)
    images = np.random.default_rng(0).uniform(0, 255, (2, *SHAPE)).astype("float32")
    outputs = network(images).numpy()
    assert outputs.shape == (2, 5, 6 + 28 * 28)
    assert np.isfinite(outputs).all()
    boxes, masks = outputs[..., :4], outputs[..., 6:]
    assert boxes.min() >= 0
    assert (boxes <= np.array([88, 72, 88, 72]) + 1e-4).all()
    assert masks.min() >= 0
    assert masks.max() <= 1


def test_a_saved_network_says_the_same(tmp_path: Path) -> None:
    network = build_model("mask_rcnn", SHAPE, 2, SMALL)
    network.save(tmp_path / "model.keras")
    keras.utils.clear_session()
    images = np.random.default_rng(1).uniform(0, 255, (1, *SHAPE)).astype("float32")
    again = load_network(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(images), network(images))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": {"strides": [4, 16]}}, r"train\.options\.sizes\.strides: each must be twice"),
        ({"sizes": {"depth": 3}}, r"train\.options\.sizes\.depth"),
        ({"limits": {"overlap": 0}}, r"train\.options\.limits\.overlap"),
        ({"backbone": "resnet19"}, "no backbone 'resnet19'"),
    ],
)
def test_wrong_options_are_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        build_model("mask_rcnn", SHAPE, 2, options)
