"""Compares two sets of statistics with TensorFlow Data Validation's drift comparators."""

from dataclasses import dataclass

import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0.anomalies_pb2 import DriftSkewInfo
from tensorflow_metadata.proto.v0.schema_pb2 import BYTES, Feature
from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

from components.drift.statistics import IMAGE_COLUMNS
from pipelines.params import DriftParams

MEASURES = {
    DriftSkewInfo.Measurement.L_INFTY: "L-infinity distance",
    DriftSkewInfo.Measurement.JENSEN_SHANNON_DIVERGENCE: "Jensen-Shannon divergence",
}


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


def measure_drift(
    now: DatasetFeatureStatisticsList, before: DatasetFeatureStatisticsList, params: DriftParams
) -> list[Drift]:
    """The distance of every column that both sets of statistics have.

    Labels are compared by the L-infinity distance of their frequencies (Jensen-Shannon
    divergence when they are numbers), images by the Jensen-Shannon divergence of the
    histograms of their brightness, contrast, width and height.
    """
    schema = tfdv.infer_schema(before)
    for feature in schema.feature:
        _set_threshold(feature, params)
    anomalies = tfdv.validate_statistics(now, schema, previous_statistics=before)
    return [
        Drift(info.path.step[0], MEASURES[found.type], found.value, found.threshold)
        for info in anomalies.drift_skew_info
        for found in info.drift_measurements
    ]


def _set_threshold(feature: Feature, params: DriftParams) -> None:
    comparator = feature.drift_comparator
    if feature.type == BYTES:
        comparator.infinity_norm.threshold = params.labels
    else:
        image = feature.name in IMAGE_COLUMNS
        threshold = params.images if image else params.labels
        comparator.jensen_shannon_divergence.threshold = threshold
