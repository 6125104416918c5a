"""Metrics of probabilities, held against definitions written out."""

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn import metrics as reference

from pipelines.tasks.shared.binary.metrics import (
    BINS,
    best_threshold,
    binary_metrics,
    calibration_table,
    expected_calibration_error,
    metrics_at,
)

LABELS = np.array([0, 0, 1, 1, 1], np.int64)
PROBABILITIES = np.array([0.2, 0.6, 0.4, 0.5, 0.9], np.float32)

examples = st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1, width=32)), min_size=1)


def arrays(pairs: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    labels, probabilities = zip(*pairs, strict=True)
    return np.array(labels, np.int64), np.array(probabilities, np.float32)


def calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Guo et al. (2017), equation 3, bin by bin."""
    probabilities = probabilities.astype(np.float64)  # the bounds of 32 bits are others
    total = 0.0
    for at in range(BINS):
        lower, upper = at / BINS, (at + 1) / BINS
        inside = (probabilities > lower) & (probabilities <= upper)
        inside |= (probabilities == 0) & (at == 0)
        if inside.any():
            gap = abs(labels[inside].mean() - probabilities[inside].mean())
            total += inside.sum() / len(labels) * gap
    return total


def test_figures_by_hand() -> None:
    metrics = binary_metrics(LABELS, PROBABILITIES)
    assert metrics["accuracy"] == 3 / 5  # a probability of 0.5 is positive
    assert metrics["precision"] == metrics["recall"] == metrics["f1"] == pytest.approx(2 / 3)
    assert metrics["roc_auc"] == pytest.approx(4 / 6)  # of six pairs, two in the wrong order
    assert metrics["average_precision"] == pytest.approx((1 / 1 + 2 / 3 + 3 / 4) / 3)
    assert metrics["brier"] == pytest.approx((0.04 + 0.36 + 0.36 + 0.25 + 0.01) / 5)
    loss = -np.log([0.8, 0.4, 0.4, 0.5, 0.9]).mean()
    assert metrics["log_loss"] == pytest.approx(loss, rel=1e-6)
    error = (0.2 + 0.6 + 0.6 + 0.5 + 0.1) / 5  # each in a bin of its own
    assert metrics["expected_calibration_error"] == pytest.approx(error, rel=1e-6)


@given(examples)
def test_any_examples_have_metrics(pairs: list[tuple[int, float]]) -> None:
    labels, probabilities = arrays(pairs)
    metrics = binary_metrics(labels, probabilities)
    json.dumps(metrics, allow_nan=False)
    assert ("roc_auc" in metrics) == (len(set(labels)) == 2)
    assert all(0 <= value <= 1 for name, value in metrics.items() if name != "log_loss")


@given(examples)
@example([(0, 0.375), (1, float(np.float32(1 / 3)))])  # which is more than a third
def test_the_calibration_error_is_guos(pairs: list[tuple[int, float]]) -> None:
    labels, probabilities = arrays(pairs)
    found = expected_calibration_error(labels, probabilities)
    assert found == pytest.approx(calibration_error(labels, probabilities), abs=1e-9)


def test_bins_are_closed_above() -> None:
    probabilities = np.array([0.0, 1.0, *np.arange(1, BINS) / BINS])
    table = calibration_table(np.zeros(len(probabilities), np.int64), probabilities)
    assert table["examples"].tolist() == [2, *[1] * (BINS - 1)]
    assert table["upper"].tolist() == pytest.approx(np.arange(1, BINS + 1) / BINS)


def test_an_empty_bin_has_no_means() -> None:
    table = calibration_table(LABELS, PROBABILITIES)
    assert table["examples"].sum() == len(LABELS)
    assert (table["positives"].isna() == (table["examples"] == 0)).all()


def test_calibrated_probabilities_have_a_small_error() -> None:
    generator = np.random.default_rng(0)
    probabilities = generator.random(20_000).astype(np.float32)
    labels = (generator.random(20_000) < probabilities).astype(np.int64)
    assert expected_calibration_error(labels, probabilities) < 0.02
    assert expected_calibration_error(labels, np.sqrt(probabilities)) > 0.1


@given(examples)
def test_no_threshold_has_a_better_f1(pairs: list[tuple[int, float]]) -> None:
    labels, probabilities = arrays(pairs)
    threshold = best_threshold(labels, probabilities)
    if threshold is None:
        assert len(set(labels)) == 1
        return
    best = metrics_at(threshold, labels, probabilities)["f1_at_threshold"]
    for other in probabilities:
        assert reference.f1_score(labels, probabilities >= other, zero_division=0) <= best + 1e-12


def test_neighbours_of_32_bits_are_told_apart() -> None:
    lower = np.float32(0.3)
    probabilities = np.array([lower, np.nextafter(lower, np.float32(1))])
    labels = np.array([0, 1])
    threshold = best_threshold(labels, probabilities)
    assert threshold is not None
    assert metrics_at(threshold, labels, probabilities)["accuracy_at_threshold"] == 1


def test_metrics_at_a_threshold() -> None:
    threshold = best_threshold(LABELS, PROBABILITIES)
    assert threshold == pytest.approx(0.3)  # between 0.2 and 0.4
    assert metrics_at(threshold, LABELS, PROBABILITIES) == {
        "threshold": threshold,
        "accuracy_at_threshold": 4 / 5,
        "f1_at_threshold": pytest.approx(6 / 7),
    }
