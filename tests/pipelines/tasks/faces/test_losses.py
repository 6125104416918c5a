"""The loss and the metric of pairs, held against loops over them."""

from itertools import combinations

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.metrics import roc_auc_score

from pipelines.tasks.faces.losses import (
    ContrastiveLoss,
    NearestIsSame,
    PairsInWrongOrder,
    SupervisedContrastiveLoss,
)
from pipelines.tasks.faces.prototypes import AngularMargin, CosineMargin, margin_softmax


def batch(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Targets `[photos, 2]` and places that lie on no sphere yet."""
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 4, int(rng.integers(2, 12)))
    places = rng.normal(size=(len(people), 5)) * rng.uniform(0.5, 3, (len(people), 1))
    return np.stack([0 * people - 1, people], axis=1), places.astype(np.float32)


def unit(places: np.ndarray) -> np.ndarray:
    return places / np.linalg.norm(places, axis=-1, keepdims=True)


@given(st.integers(0, 10_000), st.floats(0.1, 2))
@settings(max_examples=30, deadline=None)
def test_the_contrastive_loss_is_that_of_all_pairs(seed: int, margin: float) -> None:
    target, places = batch(seed)
    same, different = [0.0], [0.0]
    for one, two in combinations(range(len(places)), 2):
        distance = np.linalg.norm(unit(places)[one] - unit(places)[two])
        if target[one, 1] == target[two, 1]:
            same.append(distance**2)
        else:
            different.append(max(margin - distance, 0) ** 2)
    means = [sum(each) / max(len(each) - 1, 1) for each in (same, different)]
    loss = float(ContrastiveLoss(margin)(target, places))
    assert loss == pytest.approx(np.mean(means), rel=1e-3, abs=1e-4)


@given(st.integers(0, 10_000), st.floats(1, 30))
@settings(max_examples=30, deadline=None)
def test_supcon_is_a_softmax_over_the_others(seed: int, scale: float) -> None:
    target, places = batch(seed)
    people, logits, means = target[:, 1], scale * unit(places) @ unit(places).T, []
    for at, person in enumerate(people):
        others = [other for other in range(len(people)) if other != at]
        shares = softmax(logits[at, others])
        found = shares[people[others] == person]
        if len(found):
            means.append(-np.mean(np.log(found)))
    loss = float(SupervisedContrastiveLoss(scale)(target, places))
    assert loss == pytest.approx(np.mean(means) if means else 0, rel=1e-3, abs=1e-4)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_pairs_in_wrong_order_are_what_the_roc_curve_lacks(seed: int) -> None:
    target, places = batch(seed)
    pairs = list(combinations(range(len(places)), 2))
    same = [target[one, 1] == target[two, 1] for one, two in pairs]
    near = [float(unit(places)[one] @ unit(places)[two]) for one, two in pairs]
    expected = 1 - roc_auc_score(same, near) if len(set(same)) == 2 else 0
    assert float(PairsInWrongOrder()(target, places)) == pytest.approx(expected, abs=1e-4)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_nearest_of_a_batch(seed: int) -> None:
    target, places = batch(seed)
    people, found = target[:, 1], []
    for at in range(len(places)):
        others = [other for other in range(len(places)) if other != at]
        distances = np.linalg.norm(unit(places)[others] - unit(places)[at], axis=1)
        if (people[others] == people[at]).any():
            found.append(people[others][distances.argmin()] == people[at])
    metric = NearestIsSame()
    metric.update_state(target, places)
    assert float(metric.result()) == pytest.approx(np.mean(found) if found else 0)


@pytest.mark.parametrize("margin", [CosineMargin(0.0), AngularMargin(0.0)])
def test_without_a_margin_it_is_the_softmax(margin: CosineMargin | AngularMargin) -> None:
    rng = np.random.default_rng(0)
    cosines, people = rng.uniform(-0.99, 0.99, (9, 5)).astype("float32"), rng.integers(0, 5, 9)
    logits = 16 * cosines
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -np.log(softmax[np.arange(9), people]).mean()
    loss = float(margin_softmax(people, cosines, margin, 16.0))
    assert loss == pytest.approx(expected, rel=1e-4)


def test_margins_by_hand() -> None:
    cosines = np.cos([0.3, 1.0, 2.0]).astype("float32")
    np.testing.assert_allclose(CosineMargin(0.35)(cosines), cosines - 0.35, rtol=1e-6)
    np.testing.assert_allclose(AngularMargin(0.5)(cosines), np.cos([0.8, 1.5, 2.5]), rtol=1e-4)


def test_the_angular_margin_falls_to_the_end() -> None:
    angles = np.linspace(0.01, np.pi - 0.01, 200)
    told = np.asarray(AngularMargin(0.5)(np.cos(angles).astype("float32")))
    assert (np.diff(told) < 0).all()


@pytest.mark.parametrize("loss", [ContrastiveLoss(0.7), SupervisedContrastiveLoss(12.0)])
def test_losses_survive_the_disk(loss: keras.losses.Loss) -> None:
    config = keras.saving.serialize_keras_object(loss)
    assert keras.saving.deserialize_keras_object(config).get_config() == loss.get_config()
