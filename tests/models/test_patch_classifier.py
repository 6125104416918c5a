from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.train.initial_weights import load_initial_weights
from models.patch_classifier import PATCH, SCORES, build, score_network

UNITS = 3


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def build_classifier(channels: int, units: int, width: int = 32) -> keras.Model:
    """A classifier of single patches, by the class of their middle."""
    patches = keras.Input((PATCH, PATCH, channels))
    scores = score_network(channels, units, width, dropout=0.0)(patches)
    logits = keras.layers.Flatten(dtype="float32", name="logits")(scores)
    return keras.Model(patches, logits, name="patch_classifier")


def slide(classifier: keras.Model) -> keras.Model:
    """The convolutional form of a classifier of patches: the same layers, for larger images."""
    return classifier.get_layer(SCORES)


@pytest.fixture
def classifier() -> keras.Model:
    """A classifier of patches after some training."""
    model = build_classifier(1, UNITS, width=8)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(images(32, 32, count=32), np.arange(32) % UNITS, verbose=0)
    return model


def images(height: int, width: int, count: int = 2) -> np.ndarray:
    shape = (count, height, width, 1)
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_parameters() -> None:
    convolutions = [5 * 5 * 3 * 32 + 32, 5 * 5 * 32 * 64 + 64, 5 * 5 * 64 * 128 + 128, 128 * 7 + 7]
    assert build_classifier(3, 7).count_params() == sum(convolutions)
    interpolation = 8 * 8 * 7 * 7  # not learnt
    assert build((96, 128, 3), 7).count_params() == sum(convolutions) + interpolation


def test_sliding_is_classifying_every_patch(classifier: keras.Model) -> None:
    batch = images(45, 52)
    scores = slide(classifier).predict(batch, verbose=0)
    assert scores.shape == (2, 4, 6, UNITS)
    for row, column in np.ndindex(4, 6):
        patches = batch[:, 4 * row : 4 * row + 32, 4 * column : 4 * column + 32]
        expected = classifier.predict(patches, verbose=0)
        np.testing.assert_allclose(scores[:, row, column], expected, rtol=0, atol=1e-5)


def test_the_convolutional_form_shares_the_weights(classifier: keras.Model) -> None:
    sliding = slide(classifier)
    assert all(a is b for a, b in zip(sliding.weights, classifier.weights, strict=True))


def test_a_trained_classifier_starts_the_network_for_masks(
    classifier: keras.Model, tmp_path: Path
) -> None:
    """Every 4x4 pixels, on average, get the scores of the patch around them."""
    classifier.save(tmp_path / "patches.keras")
    keras.utils.clear_session()
    model = build((None, None, 1), UNITS, width=8)
    assert load_initial_weights(model, str(tmp_path / "patches.keras")) == 8
    batch = images(64, 72)
    logits = model.predict(batch, verbose=0)
    sums = logits[:, 1:-1, 1:-1]  # the middle of 4 pixels lies between the second and third
    middles = (sums[:, :-1:4] + sums[:, 1::4]) / 2
    middles = (middles[:, :, :-1:4] + middles[:, :, 1::4]) / 2
    for row, column in [(4, 4), (5, 9), (11, 13)]:
        top, left = 4 * row - 14, 4 * column - 14
        expected = classifier.predict(batch[:, top : top + 32, left : left + 32], verbose=0)
        # bilinear weights at half pixels: 1/64 of the neighbours' scores are mixed in
        np.testing.assert_allclose(middles[:, row, column], expected, rtol=0, atol=0.1)


@settings(max_examples=12)
@given(st.integers(1, 70), st.integers(1, 70))
def test_any_size(height: int, width: int) -> None:
    model = build((None, None, 1), UNITS, width=2)
    assert model(images(height, width)).shape == (2, height, width, UNITS)


def test_labels_move_along_with_the_image(classifier: keras.Model) -> None:
    model = build((None, None, 1), UNITS, width=8)
    slide(model).set_weights(classifier.get_weights())
    batch = images(96, 96)
    logits = model.predict(batch, verbose=0)
    moved = model.predict(np.roll(batch, (8, 12), axis=(1, 2)), verbose=0)
    np.testing.assert_allclose(moved[:, 32:72, 32:72], logits[:, 24:64, 20:60], atol=1e-5)


def test_patches_have_one_size() -> None:
    with pytest.raises(ValueError, match="expected shape=.*32, 32"):
        build_classifier(1, UNITS)(images(36, 36))
