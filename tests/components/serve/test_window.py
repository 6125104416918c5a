import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList, Histogram

from components.serve.window import LEAST, Features, Window, features_of

BINS = 10


def numbers(name: str, counts: Sequence[float]) -> DatasetFeatureStatisticsList:
    """Statistics of a column whose values lie in bins of width 1 from 0 on."""
    statistics = DatasetFeatureStatisticsList()
    feature = statistics.datasets.add().features.add()
    feature.path.step.append(name)
    histogram = feature.num_stats.histograms.add(type=Histogram.STANDARD)
    for at, count in enumerate(counts):
        histogram.buckets.add(low_value=at, high_value=at + 1, sample_count=count)
    return statistics


def strings(name: str, **counts: float) -> DatasetFeatureStatisticsList:
    statistics = DatasetFeatureStatisticsList()
    feature = statistics.datasets.add().features.add()
    feature.path.step.append(name)
    for label, count in counts.items():
        bucket = feature.string_stats.rank_histogram.buckets.add()
        bucket.label, bucket.sample_count = label, count
    return statistics


def distance(values: Sequence[float | str], known: Features) -> dict[str, float]:
    window = Window(len(values))
    for value in values:
        window.add({"x": value})
    return dict(window.distances(known))


def test_what_is_as_in_training_is_at_no_distance() -> None:
    known = features_of(numbers("x", [1] * BINS))
    values = [*np.repeat(np.arange(BINS) + 0.5, 10).tolist()]
    assert distance(values, known) == {"x": pytest.approx(0)}


def test_what_was_never_seen_is_at_distance_1() -> None:
    known = features_of(numbers("x", [1] * BINS))
    assert distance([-3.0] * LEAST, known) == {"x": pytest.approx(1)}
    assert distance([BINS + 3.0] * LEAST, known) == {"x": pytest.approx(1)}


def test_the_highest_value_of_training_was_seen() -> None:
    known = features_of(numbers("x", [0] * (BINS - 1) + [5]))
    assert distance([float(BINS)] * LEAST, known) == {"x": pytest.approx(0)}


@given(st.lists(st.integers(0, 9), min_size=BINS, max_size=BINS).filter(any))
def test_numbers_are_compared_by_their_divergence(counts: list[int]) -> None:
    before = np.array(counts) / sum(counts)
    now = np.full(BINS, 1 / BINS)
    mean = (before + now) / 2

    def divergence(p: np.ndarray) -> float:
        there = p > 0
        return float((p[there] * np.log2(p[there] / mean[there])).sum())

    values = np.repeat(np.arange(BINS) + 0.5, 10).tolist()
    expected = (divergence(before) + divergence(now)) / 2
    known = features_of(numbers("x", counts))
    assert distance(values, known) == {"x": pytest.approx(expected, abs=1e-9)}


def test_a_constant_of_training_is_compared_by_the_share_that_differs() -> None:
    statistics = numbers("x", [4])
    bucket = statistics.datasets[0].features[0].num_stats.histograms[0].buckets[0]
    bucket.high_value = bucket.low_value
    values = [0.0] * LEAST + [2.0] * LEAST
    assert distance(values, features_of(statistics)) == {"x": 0.5}


def test_strings_are_compared_by_their_frequencies() -> None:
    known = features_of(strings("x", a=3, b=1))
    assert distance(["a", "c"] * LEAST, known) == {"x": 0.5}
    assert distance(["a", "a", "a", "b"] * LEAST, known) == {"x": 0}


def test_few_values_and_unknown_columns_are_not_compared() -> None:
    assert distance([1.0] * (LEAST - 1), features_of(numbers("x", [1]))) == {}
    assert distance([1.0] * LEAST, features_of(numbers("y", [1]))) == {}
    assert distance(["a"] * LEAST, features_of(numbers("x", [1]))) == {}
    assert distance([1.0] * LEAST, features_of(None)) == {}


def test_means_are_of_the_last_numbers_alone() -> None:
    window = Window(3)
    for value in (100.0, 1.0, math.nan, 3.0):
        window.add({"x": value, "label": "a"})
    assert window.means() == {"x": 2.0}
