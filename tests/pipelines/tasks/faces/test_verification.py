"""Verification against scikit-learn, and against what can be counted by hand."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from sklearn.metrics import roc_auc_score, roc_curve

from pipelines.tasks.faces.verification import Curve


def random_pairs(seed: int, ties: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ascending distances, kinds and weights, some of them 0."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(4, 80))
    same = rng.permutation(np.arange(size) < rng.integers(1, size))
    distances = rng.normal(np.where(same, 0.4, 0.8), 0.3)
    if ties:
        distances = distances.round(1)
    weights = rng.integers(0, 4, size)
    weights[[same.argmax(), same.argmin()]] = 1
    order = np.argsort(distances, kind="stable")
    return distances[order], same[order], weights[order]


@given(st.integers(0, 10_000), st.booleans())
def test_the_curve_is_that_of_scikit_learn(seed: int, ties: bool) -> None:
    pairs = random_pairs(seed, ties)
    weighed = pairs[-1] > 0
    distances, same, weights = (each[weighed] for each in pairs)  # which that takes out itself
    curve = Curve.of(distances, same, weights)
    false, true, thresholds = roc_curve(
        same, -distances, sample_weight=weights, drop_intermediate=False
    )
    np.testing.assert_allclose(curve.false, false)
    np.testing.assert_allclose(curve.true, true)
    np.testing.assert_array_equal(curve.thresholds[1:], -thresholds[1:])
    assert curve.area() == pytest.approx(roc_auc_score(same, -distances, sample_weight=weights))


@given(st.integers(0, 10_000), st.booleans())
def test_weights_count_like_repetitions(seed: int, ties: bool) -> None:
    distances, same, weights = random_pairs(seed, ties)
    weighted = Curve.of(distances, same, weights)
    repeated = Curve.of(
        *(np.repeat(each, weights) for each in (distances, same)), np.ones(weights.sum(), int)
    )
    for share in (0.0, 0.01, 0.3, 1.0):
        assert weighted.true_accepts(share) == pytest.approx(repeated.true_accepts(share))
    assert weighted.area() == pytest.approx(repeated.area())
    assert weighted.equal_error() == pytest.approx(repeated.equal_error())


@example(3639, False)  # worse than chance
@given(st.integers(0, 10_000), st.booleans())
def test_no_threshold_is_better_than_the_best(seed: int, ties: bool) -> None:
    distances, same, weights = random_pairs(seed, ties)
    curve = Curve.of(distances, same, weights)
    best = curve.accuracy(curve.best_threshold())
    for threshold in (-1.0, *distances, 3.0):
        accepted = distances <= threshold
        rates = [
            np.average(accepted[kind] == told, weights=weights[kind])
            for kind, told in ((same, True), (~same, False))
        ]
        assert curve.accuracy(threshold) == pytest.approx(np.mean(rates))
        assert best >= curve.accuracy(threshold) - 1e-12


@given(st.integers(0, 10_000))
def test_the_equal_error_rate_is_where_the_curve_meets_the_diagonal(seed: int) -> None:
    distances, same, weights = random_pairs(seed, ties=False)
    curve = Curve.of(distances, same, weights)
    met = brentq(lambda rate: 1 - rate - np.interp(rate, curve.false, curve.true), 0, 1)
    assert curve.equal_error() == pytest.approx(met, abs=1e-6)


def test_figures_by_hand() -> None:
    distances = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    same = np.array([True, True, False, False, True, False])
    curve = Curve.of(distances, same, np.ones(6))
    assert curve.area() == pytest.approx(7 / 9)
    assert curve.true_accepts(0.01) == pytest.approx(2 / 3)
    assert curve.true_accepts(0.99) == 1
    assert [curve.threshold_of(share) for share in (0.01, 0.4, 1)] == [0.2, 0.3, 0.6]
    assert curve.equal_error() == pytest.approx(1 / 3)
    assert curve.best_threshold() == pytest.approx(0.25)
    assert curve.accuracy(0.25) == pytest.approx(5 / 6)
    assert curve.accuracy(0.3) == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_a_perfect_and_a_useless_model() -> None:
    same = np.array([True, True, False, False])
    perfect = Curve.of(np.array([0.1, 0.2, 0.6, 0.7]), same, np.ones(4))
    assert (perfect.area(), perfect.equal_error(), perfect.true_accepts(0)) == (1, 0, 1)
    assert perfect.best_threshold() == pytest.approx(0.4)
    useless = Curve.of(np.zeros(4), same, np.ones(4))
    assert (
        useless.threshold_of(0.01),
        useless.area(),
        useless.equal_error(),
        useless.true_accepts(0.01),
    ) == (0, 0.5, 0.5, 0)
