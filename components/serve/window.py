"""The last inputs, and how far they are from what the champion was trained on."""

import math
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.spatial.distance import jensenshannon
from tensorflow_metadata.proto.v0.statistics_pb2 import (
    DatasetFeatureStatisticsList,
    FeatureNameStatistics,
    Histogram,
)

LEAST = 80
"""Fewer values are not compared: chance alone sets them 0.1 apart."""

Features = Mapping[str, FeatureNameStatistics]


def features_of(statistics: DatasetFeatureStatisticsList | None) -> Features:
    """The columns that training statistics describe, by name; none where there are none."""
    if statistics is None:
        return {}
    return {each.path.step[0]: each for each in statistics.datasets[0].features}


class Window:
    """What the last samples are like, and what was predicted of them."""

    def __init__(self, samples: int) -> None:
        """Takes how many samples are remembered."""
        self._rows: deque[Mapping[str, Any]] = deque(maxlen=samples)

    def add(self, row: Mapping[str, Any]) -> None:
        """Takes in a sample: floats and strings by column."""
        self._rows.append(row)

    def means(self) -> dict[str, float]:
        """The mean of each column of numbers."""
        return {
            name: float(np.mean(values))
            for name, values in self._columns().items()
            if not isinstance(values[0], str)
        }

    def distances(self, known: Features) -> Iterator[tuple[str, float]]:
        """How far each column that was known in training has moved, 0 (alike) to 1.

        Strings are compared by the L-infinity distance of their frequencies, numbers by the
        Jensen-Shannon divergence over the bins of the training data's histogram.

        Args:
            known: The training statistics.
        """
        for name, values in self._columns().items():
            if name not in known or len(values) < LEAST:
                continue
            feature = known[name]
            if isinstance(values[0], str) == feature.HasField("string_stats"):
                far = _far_strings if isinstance(values[0], str) else _far_numbers
                yield name, far(values, feature)

    def _columns(self) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {}
        for row in list(self._rows):  # another thread may add
            for name, value in row.items():
                if isinstance(value, str) or (value is not None and math.isfinite(value)):
                    columns.setdefault(name, []).append(value)
        return columns


def _far_strings(values: Sequence[str], feature: FeatureNameStatistics) -> float:
    buckets = feature.string_stats.rank_histogram.buckets
    total = sum(each.sample_count for each in buckets)
    before = {each.label: each.sample_count / total for each in buckets}
    now = Counter(values)
    names = before.keys() | now.keys()
    return max(abs(now[name] / len(values) - before.get(name, 0.0)) for name in names)


def _far_numbers(values: Sequence[float], feature: FeatureNameStatistics) -> float:
    """Of what lies outside of all bins there was nothing in training."""
    (histogram,) = (
        each for each in feature.num_stats.histograms if each.type == Histogram.STANDARD
    )
    buckets = histogram.buckets
    edges = [-math.inf, *(each.low_value for each in buckets), buckets[-1].high_value, math.inf]
    before = [0.0, *(each.sample_count for each in buckets), 0.0]
    now, _ = np.histogram(_inside(values, buckets[-1].high_value), np.unique(edges))
    if len(now) != len(before):  # all training samples had one value
        return float(np.mean(np.asarray(values) != buckets[0].low_value))
    return float(jensenshannon(before, now, base=2) ** 2)


def _inside(values: Sequence[float], highest: float) -> np.ndarray:
    """The values; the highest of training belongs to the last bin, not to what lies above."""
    array = np.asarray(values, np.float64)
    return np.where(array == highest, np.nextafter(highest, -math.inf), array)
