"""Evidence in networks small enough to know it by hand."""

import keras
import numpy as np
import pytest
from keras import layers

from components.explain.evidence import grad_cam, occlusion
from components.explain.network import lay_open
from tests.components.explain.networks import SIDE, linear, random_pixels

KERNEL = np.array([1.0, -2.0, 0.5])
DENSE = np.array([[1.0, 3.0], [0.5, -1.0], [2.0, 0.0]])


@pytest.mark.parametrize("output", [0, 1])
def test_of_a_linear_network_the_maps_are_those_computed_by_hand(output: int) -> None:
    """A logit is sum_k d_k / 64 * sum_ij a_k x_ij / 255: each place's share is its evidence."""
    inside = lay_open(linear(KERNEL, DENSE), (SIDE, SIDE, 1))
    pixels = random_pixels(3)
    answer = np.eye(2)[output]
    evidence = grad_cam(inside, "body/maps", pixels, answer)
    by_hand = pixels[..., 0] / 255 * (KERNEL @ DENSE[:, output]) / SIDE**2
    np.testing.assert_allclose(evidence, by_hand, atol=1e-6)
    logits = np.asarray(inside.model(pixels.astype(np.float32)))[:, output]
    np.testing.assert_allclose(evidence.sum(axis=(1, 2)), logits, rtol=1e-4)


def test_not_averaged_the_maps_add_up_to_the_answer_below_a_dense_layer_too() -> None:
    """sum_ij d_ij x_ij: what a place gives is its own weight times its value."""
    inputs = keras.Input((SIDE, SIDE, 1))
    maps = layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones", name="maps")(inputs)
    flat = layers.Flatten()(maps)
    network = keras.Model(inputs, layers.Dense(1, use_bias=False, name="logits")(flat), name="net")
    inside = lay_open(network, (SIDE, SIDE, 1))
    pixels = random_pixels(2)
    dense = network.get_layer("logits").get_weights()[0].reshape(SIDE, SIDE)
    evidence = grad_cam(inside, "net/maps", pixels, np.ones(1), averaged=False)
    np.testing.assert_allclose(evidence, dense * pixels[..., 0], rtol=1e-4)
    averaged = grad_cam(inside, "net/maps", pixels, np.ones(1))
    np.testing.assert_allclose(averaged, dense.mean() * pixels[..., 0], rtol=1e-3)


def test_an_answer_may_be_a_sum_over_places() -> None:
    inputs = keras.Input((SIDE, SIDE, 1))
    maps = layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones", name="maps")(inputs)
    scores = layers.Conv2D(2, 1, use_bias=False, name="scores")(maps)
    network = keras.Model(inputs, scores, name="net")
    network.get_layer("scores").set_weights([np.array([3.0, -1.0]).reshape(1, 1, 1, 2)])
    answer = np.zeros((SIDE, SIDE, 2))
    answer[:4, :, 0] = 1  # the upper half, as the first class
    pixels = random_pixels(1)
    evidence = grad_cam(lay_open(network, (SIDE, SIDE, 1)), "net/maps", pixels, answer)
    slope = 3 / 2  # 3 in the upper half, 0 in the lower, averaged over all places
    np.testing.assert_allclose(evidence[0], slope * pixels[0, ..., 0], rtol=1e-5)


def test_maps_that_do_not_lead_to_the_answer_say_nothing() -> None:
    inputs = keras.Input((SIDE, SIDE, 1))
    used = layers.Conv2D(1, 1, name="used")(inputs)
    network = keras.Model(inputs, layers.Concatenate()([used, layers.Conv2D(1, 1)(inputs)]))
    answer = np.zeros((SIDE, SIDE, 2))
    answer[..., 1] = 1
    name = f"{network.name}/used"
    evidence = grad_cam(lay_open(network, (SIDE, SIDE, 1)), name, random_pixels(1), answer)
    assert not evidence.any()


@pytest.mark.parametrize("patch", [2, 4])
def test_what_is_covered_is_missed_by_its_share(patch: int) -> None:
    """Grey on grey changes nothing; over one bright pixel the mean falls by what it had."""
    inside = lay_open(linear(np.array([1.0]), np.array([[1.0]])), (SIDE, SIDE, 1))
    image = np.zeros((SIDE, SIDE, 1), np.float32)
    image[1, 6] = 255
    mean = 255 / SIDE**2
    drops, doubled = occlusion(inside.model, image, [np.ones(1), 2 * np.ones(1)], patch)
    np.testing.assert_allclose(doubled, 2 * drops, rtol=1e-5)
    tops, lefts = (np.arange(0, SIDE - patch + 1, patch // 2) for _ in range(2))
    assert drops.shape == (len(tops), len(lefts))
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            covers = top <= 1 < top + patch and left <= 6 < left + patch
            change = (255 if covers else 0) - patch**2 * mean
            assert drops[row, column] == pytest.approx(change / 255 / SIDE**2, abs=1e-6)
    assert np.unravel_index(drops.argmax(), drops.shape)[0] == 0


def test_eight_patches_cover_an_image_by_default() -> None:
    inside = lay_open(linear(np.array([1.0]), np.array([[1.0]])), (SIDE, SIDE, 1))
    assert occlusion(inside.model, random_pixels(1)[0], [np.ones(1)]).shape == (1, 8, 8)
