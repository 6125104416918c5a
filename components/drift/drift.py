"""Compares two sets of statistics with TensorFlow Data Validation's drift comparators."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0.anomalies_pb2 import DriftSkewInfo
from tensorflow_metadata.proto.v0.schema_pb2 import BYTES, Feature
from tensorflow_metadata.proto.v0.statistics_pb2 import (
    CommonStatistics,
    DatasetFeatureStatisticsList,
)

from components.drift.params import DriftParams

Commons = Mapping[str, CommonStatistics]

MEASURES = {
    DriftSkewInfo.Measurement.L_INFTY: "L-infinity distance",
    DriftSkewInfo.Measurement.JENSEN_SHANNON_DIVERGENCE: "Jensen-Shannon divergence",
}

MISSING = "change of the share missing"
SHOWN = 8

MIN_VALUES = 80
"""Fewer numbers are not compared, but those on samples: chance alone sets them 0.1 apart."""


@dataclass(frozen=True)
class Drift:
    """How far one column has moved.

    Attributes:
        column: The column.
        measure: The name of the distance.
        distance: Between 0 (alike) and 1.
        threshold: The distance from which on the column has drifted.
    """

    column: str
    measure: str
    distance: float
    threshold: float

    @property
    def drifted(self) -> bool:
        """Whether the distance is above the threshold."""
        return self.distance > self.threshold

    def __str__(self) -> str:
        relation = "above" if self.drifted else "within"
        return f"{self.column}: {self.measure} {self.distance:.3f}, {relation} {self.threshold:g}"


@dataclass(frozen=True)
class _Thresholds:
    params: DriftParams
    sample_columns: frozenset[str]

    def of(self, column: str) -> float:
        return self.params.samples if column in self.sample_columns else self.params.labels


def measure_drift(
    now: DatasetFeatureStatisticsList,
    before: DatasetFeatureStatisticsList,
    params: DriftParams,
    sample_columns: Sequence[str],
) -> list[Drift]:
    """The distances of every column that both sets of statistics have.

    Strings are compared by the L-infinity distance of their frequencies, numbers by the
    Jensen-Shannon divergence of the histograms of those that are there and by the change of
    the share of those that are missing.

    Args:
        now: Statistics of new data.
        before: Statistics of the data to compare with.
        params: The thresholds.
        sample_columns: The columns that tell what the samples are like; the others are labels'.
    """
    thresholds = _Thresholds(params, frozenset(sample_columns))
    new, known = _common_statistics(now), _common_statistics(before)
    schema = tfdv.infer_schema(before)
    for feature in schema.feature:
        name = feature.name
        if name in new and (name in sample_columns or _comparable(feature, new[name], known[name])):
            _set_threshold(feature, thresholds.of(name))
    anomalies = tfdv.validate_statistics(now, schema, previous_statistics=before)
    distances = [
        Drift(info.path.step[0], MEASURES[found.type], found.value, found.threshold)
        for info in anomalies.drift_skew_info
        for found in info.drift_measurements
    ]
    return [*distances, *_missing(new, known, thresholds)]


def describe_drift(drifts: Sequence[Drift]) -> list[str]:
    """A sentence for each of the columns that have moved most, and one for the others."""
    order = sorted(drifts, key=lambda drift: drift.distance / drift.threshold, reverse=True)
    hidden = order[SHOWN:]
    above = sum(drift.drifted for drift in hidden)
    rest = [f"{len(hidden)} more, {above} of them above their thresholds"] if hidden else []
    return [*map(str, order[:SHOWN]), *rest]


def _comparable(feature: Feature, *statistics: CommonStatistics) -> bool:
    return feature.type == BYTES or all(each.num_non_missing >= MIN_VALUES for each in statistics)


def _missing(now: Commons, before: Commons, thresholds: _Thresholds) -> Iterator[Drift]:
    for column in sorted(now.keys() & before.keys()):
        both = now[column], before[column]
        first, second = map(_share_missing, both)
        if first != second and all(_rows(each) >= MIN_VALUES for each in both):
            yield Drift(column, MISSING, abs(first - second), thresholds.of(column))


def _rows(statistics: CommonStatistics) -> int:
    return int(statistics.num_missing + statistics.num_non_missing)


def _share_missing(statistics: CommonStatistics) -> float:
    return float(statistics.num_missing / _rows(statistics))


def _common_statistics(statistics: DatasetFeatureStatisticsList) -> Commons:
    return {
        feature.path.step[0]: getattr(feature, feature.WhichOneof("stats")).common_stats
        for feature in statistics.datasets[0].features
    }


def _set_threshold(feature: Feature, threshold: float) -> None:
    comparator = feature.drift_comparator
    if feature.type == BYTES:
        comparator.infinity_norm.threshold = threshold
    else:
        comparator.jensen_shannon_divergence.threshold = threshold
