"""What a network of objects with masks is fitted to, and what it serves."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.core.errors import ConvoyError
from models import build_model
from pipelines.tasks.instances import TASK
from pipelines.tasks.instances.learning import InstanceLearning
from pipelines.tasks.instances.teaching import Taught
from tests.specs import make_spec

SHAPE = (64, 96, 3)
OPTIONS = {
    "sizes": {"strides": [4, 8, 16], "width": 16, "dense": 32},
    "limits": {"regions": 16, "objects": 4},
}
NONE: Any = None


def learning(model: str = "mask_rcnn") -> InstanceLearning:
    spec = make_spec(
        TASK,
        source={"kind": "rendered_instances"},
        checks={"classes": ["cat", "dog"], "max_boxes": 3},
        prepare={"height": SHAPE[0], "width": SHAPE[1], "channels": 3},
        train={"model": model, "epochs": 1, "options": OPTIONS},
        gate={"thresholds": {"mask_ap50": {"min": 0.5}}},
    )
    assert isinstance(spec.learning, InstanceLearning)
    return spec.learning


def network() -> keras.Model:
    body = build_model("mask_rcnn", SHAPE, 2, OPTIONS)
    pixels = keras.Input(SHAPE, dtype="uint8")
    return keras.Model(pixels, body(keras.layers.Rescaling(1.0)(pixels)))


def scene() -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
    """Two images and their features: a bright cat and a dark dog, each half of its box; nothing."""
    images = np.random.default_rng(0).integers(100, 140, (2, *SHAPE), np.uint8)
    instances = np.zeros((2, *SHAPE[:2]), np.int32)
    instances[0, 8:32, 8:20], instances[0, 24:56, 56:88] = 1, 2
    images[0][instances[0] == 1], images[0][instances[0] == 2] = 250, 10
    boxes = np.zeros((2, 3, 4), np.float32)
    boxes[0, :2] = [8, 8, 32, 32], [56, 24, 88, 56]
    classes = np.array([[0, 1, -1], [-1, -1, -1]])
    features = {
        "boxes": boxes,
        "box_class": classes,
        "box_ignored": np.zeros((2, 3), int),
        "instances": instances,
    }
    return tf.constant(images), {name: tf.constant(each) for name, each in features.items()}


def test_a_model_that_finds_no_objects_is_named() -> None:
    assert learning().outputs(NONE) == 2
    with pytest.raises(ConvoyError, match=r"train\.model: unet finds no objects with masks"):
        learning("unet").outputs(NONE)


def test_every_weight_learns_from_finite_losses() -> None:
    part, (images, features) = learning(), scene()
    taught = part.teach(network(), NONE)
    assert isinstance(taught, Taught)
    assert part.loss() is None
    target = part.target(features)
    with tf.GradientTape() as tape:
        loss = taught.compute_loss(images, target, taught(images, training=True))
    slopes = tape.gradient(loss, taught.trainable_variables)
    assert float(loss) > 1
    for slope, weight in zip(slopes, taught.trainable_variables, strict=True):
        assert slope is not None, weight.path
        assert np.isfinite(tf.convert_to_tensor(slope).numpy()).all(), weight.path


def test_what_is_fitted_are_the_network_s_own_weights() -> None:
    whole = network()
    taught = learning().teach(whole, NONE)
    ours = {id(weight) for weight in taught.trainable_variables}
    assert ours == {id(weight) for weight in whole.trainable_variables}


@pytest.mark.slow
def test_a_network_finds_what_it_has_learnt() -> None:
    keras.utils.set_random_seed(0)
    part, (images, features) = learning(), scene()
    whole = network()
    taught = part.teach(whole, NONE)
    taught.compile(keras.optimizers.Adam(0.003, clipnorm=5.0))
    data = tf.data.Dataset.from_tensors((images, part.target(features))).repeat(150)
    taught.fit(data, verbose=0)
    served = part.serve(whole(images, training=False), tf.constant([[64, 96]] * 2))
    found = {name: each.numpy() for name, each in served.items()}
    order = [np.flatnonzero(found["classes"][0] == kind)[0] for kind in (0, 1)]  # the surest
    assert found["scores"][0, order].min() > 0.8
    assert found["scores"][1].max() < 0.5
    np.testing.assert_allclose(found["boxes"][0, order], features["boxes"][0, :2], atol=3)
    cat, dog = found["masks"][0, order] > 127
    assert cat[:, :12].mean() > 0.9
    assert cat[:, 16:].mean() < 0.1
    assert dog.mean() > 0.9


def test_objects_are_served_in_pixels_of_the_image_as_it_came() -> None:
    outputs = np.zeros((1, 4, 6 + 28 * 28), np.float32)
    outputs[0, 0, :6] = [10, 20, 30, 40, 0.75, 1]
    outputs[0, 0, 6:] = np.linspace(0, 1, 28 * 28)
    served = learning().serve(tf.constant(outputs), tf.constant([[128, 384]]))
    found = {name: each.numpy()[0] for name, each in served.items()}
    assert found["boxes"][0].tolist() == [40, 40, 120, 80]
    assert found["scores"].tolist() == [0.75, 0, 0, 0]
    assert found["classes"].tolist() == [1, 0, 0, 0]
    assert found["count"] == 1
    assert found["size"].tolist() == [128, 384]
    assert found["masks"].shape == (4, 28, 28)
    assert found["masks"].dtype == np.uint8
    assert (found["masks"][0, 0, 0], found["masks"][0, -1, -1]) == (0, 255)
