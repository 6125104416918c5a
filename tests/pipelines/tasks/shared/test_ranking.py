from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from components.core.captions import read_caption
from pipelines.tasks.shared.ranking import Rankings, bins_of, plot_rankings


def examples(seed: int, classes: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """True classes and probabilities that know something of them."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, classes, count)
    odds = generator.normal(size=(count, classes)) * 3
    odds[np.arange(count), truth] += 2
    shares = np.exp(odds)
    return truth, (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(0, 999), st.integers(2, 6), st.integers(20, 200))
@settings(max_examples=20)
def test_areas_are_those_of_scikit_learn(seed: int, classes: int, count: int) -> None:
    truth, probabilities = examples(seed, classes, count)
    rankings = Rankings([f"c{at}" for at in range(classes)])
    for rows in np.array_split(np.arange(count), 3):  # batches of any size
        rankings.update(truth[rows], probabilities[rows])
    for curve in rankings.curves():
        at = int(curve.name[1:])
        rounded = bins_of(probabilities[:, at])
        assert curve.area() == pytest.approx(roc_auc_score(truth == at, rounded))
        precision = average_precision_score(truth == at, rounded)
        assert curve.average_precision() == pytest.approx(precision)


def test_rounding_changes_next_to_nothing() -> None:
    truth, probabilities = examples(0, 4, 2_000)
    rankings = Rankings("abcd")
    rankings.update(truth, probabilities)
    for at, curve in enumerate(rankings.curves()):
        exact = probabilities[:, at]
        assert curve.area() == pytest.approx(roc_auc_score(truth == at, exact), abs=0.001)


def test_probabilities_of_zero_and_one_are_at_the_ends() -> None:
    assert bins_of(np.array([0.0, 0.5, 1.0], np.float32)).tolist() == [0, 512, 1023]


def test_a_class_without_examples_has_no_curve() -> None:
    rankings = Rankings(["a", "b", "c"])
    assert not list(rankings.curves())
    rankings.update(np.array([0, 1]), np.array([[0.9, 0.1, 0], [0.2, 0.8, 0]], np.float32))
    assert [curve.name for curve in rankings.curves()] == ["a", "b"]


def test_names_are_no_formulas_and_many_classes_are_bounded(tmp_path: Path) -> None:
    truth, probabilities = examples(1, 14, 400)
    rankings = Rankings([f"$\\frac{{{at}" for at in range(14)])
    rankings.update(truth, probabilities)
    plot_rankings(list(rankings.curves()), tmp_path / "ranking.png")
    assert "14 classes" in read_caption(tmp_path / "ranking.png").alt
