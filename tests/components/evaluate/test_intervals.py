"""Intervals against the exact distribution of the mean, and what is measured of some examples."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from components.core.parts import Evaluation, Prediction, Row
from components.evaluate.intervals import CONFIDENCE, bootstrap_intervals
from components.evaluate.slices import measure_slices


class Hits(Evaluation):
    """Whether examples are right, and of which class they are."""

    def __init__(self, right: Sequence[bool], classes: Sequence[str] = ()) -> None:
        self.right = np.array(right)
        self.classes = np.array(classes or ["cat"] * len(right))

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None: ...

    def report(self, folder: Path) -> None: ...

    @property
    def examples(self) -> int:
        return len(self.right)

    def metrics(self) -> dict[str, float]:
        return self.metrics_of(np.arange(len(self.right)))

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        right, classes = self.right[chosen], self.classes[chosen]
        recalls = {f"recall/{each}": float(right[classes == each].mean()) for each in set(classes)}
        return {"accuracy": float(right.mean()), "examples": len(chosen), **recalls}


class Blind(Hits):
    """One that cannot measure some examples."""

    @property
    def examples(self) -> int:
        return 0


@pytest.mark.parametrize("hits", [150, 180, 198])
def test_an_interval_is_that_of_the_binomial_distribution(hits: int) -> None:
    size = 200
    low, high = bootstrap_intervals(Hits([True] * hits + [False] * (size - hits)))["accuracy"]
    ends = binom.ppf([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], size, hits / size) / size
    assert (low, high) == pytest.approx(tuple(ends), abs=2 / size)


class Twins(Hits):
    """Examples that come in pairs, which are alike."""

    def clusters(self) -> Sequence[np.ndarray]:
        return np.arange(len(self.right)).reshape(-1, 2)


def test_clusters_are_drawn_whole() -> None:
    pairs = [True] * 80 + [False] * 20
    twins = bootstrap_intervals(Twins([each for each in pairs for _ in range(2)]))["accuracy"]
    assert twins == bootstrap_intervals(Hits(pairs))["accuracy"]


def test_counts_have_none_and_the_same_seed_gives_the_same() -> None:
    evaluation = Hits([True, False, True, True])
    assert set(bootstrap_intervals(evaluation, 1)) == {"accuracy", "recall/cat"}
    assert bootstrap_intervals(evaluation, 1) == bootstrap_intervals(evaluation, 1)


def test_a_class_that_some_draws_lack_has_one_nevertheless() -> None:
    evaluation = Hits([True, False, True, False], ["cat", "cat", "dog", "dog"])
    assert bootstrap_intervals(evaluation)["recall/dog"] == (0, 1)


def test_of_a_metric_that_no_draw_changes_nothing_is_claimed() -> None:
    evaluation = Hits([True, False, True], ["cat", "cat", "dog"])
    assert set(bootstrap_intervals(evaluation)) == {"accuracy", "recall/cat"}


def test_an_evaluation_that_says_nothing_of_some_examples_has_none() -> None:
    assert bootstrap_intervals(Blind([True])) == {}


def test_slices_are_the_thirds_by_each_condition() -> None:
    right = [False, False, True, True, True, True, True, True, True]
    evaluation = Hits(right, ["cat", "dog"] * 4 + ["cat"])
    conditions = pd.DataFrame({"brightness": np.arange(9) / 10, "pixels": [4.0] * 9})
    table = measure_slices(evaluation, conditions, ["recall/cat"])
    assert list(table) == ["slice", "value", "examples", "accuracy", "recall/cat"]
    assert table["slice"].tolist() == ["", *["brightness"] * 3]
    assert table["value"].tolist() == ["", "lowest third", "middle third", "highest third"]
    assert table["examples"].tolist() == [9, 3, 3, 3]
    assert table["accuracy"].tolist() == pytest.approx([7 / 9, 1 / 3, 1, 1])
