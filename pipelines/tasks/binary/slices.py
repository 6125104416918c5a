"""Metrics of parts of a split, by TensorFlow Model Analysis (TFMA)."""

import json
from collections.abc import Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

BRIGHTNESS = ("dark third", "middle third", "bright third")
AREAS = {"nobody": 0.0, "up to 5%": 0.05, "5% to 20%": 0.2, "above 20%": 1.0}
"""Shares of the image that people cover, by their upper bounds."""

METRICS = {
    "examples": "ExampleCount",
    "positives": "MeanLabel",
    "mean_probability": "MeanPrediction",
    "accuracy": "BinaryAccuracy",
    "precision": "Precision",
    "recall": "Recall",
    "roc_auc": "AUC",
}
"""TFMA's classes of metrics by the names that they have in the table."""


def measure_conditions(examples: pd.DataFrame) -> pd.DataFrame:
    """Measures the thirds of the images by brightness, and groups by the area of people.

    Args:
        examples: `label` (0 or 1), `probability` (of 1), `brightness` and `person_area`, the
            share of the image that people cover; images of unknown area, NaN, are in none of
            its groups.

    Returns:
        The table of `slice_metrics`.
    """
    thirds = examples["brightness"].quantile([1 / 3, 2 / 3])
    third = np.digitize(examples["brightness"], thirds, right=True)
    bounds = [-np.inf, *AREAS.values()]
    area = pd.cut(examples["person_area"], bounds, labels=list(AREAS))
    columns = {
        "brightness": np.array(BRIGHTNESS)[third],
        "person_area": area.cat.add_categories("").fillna("").astype(str),
    }
    values = {"brightness": BRIGHTNESS, "person_area": tuple(AREAS)}
    return slice_metrics(examples[["label", "probability"]].assign(**columns), values)


def slice_metrics(examples: pd.DataFrame, values: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Measures all examples, and those with the same value in a column.

    Args:
        examples: `label` (0 or 1), `probability` (of 1) and columns of strings.
        values: The columns to slice by, and the values of each that make up a slice, in the
            order of the table's rows. Values without examples are left out.

    Returns:
        A row a slice, that of all examples first: `slice` (the column), `value`, `examples`,
        `positives` and `mean_probability` (means of label and probability), `accuracy`,
        `precision` and `recall` at a threshold of 0.5, and `roc_auc`, which TFMA interpolates
        between 10,000 thresholds; NaN where it is not defined.
    """
    import tensorflow_model_analysis as tfma  # takes seconds to load
    from tensorflow_model_analysis.proto import config_pb2

    metrics = [
        config_pb2.MetricConfig(class_name=metric, config=json.dumps({"name": name}))
        for name, metric in METRICS.items()
    ]
    config = config_pb2.EvalConfig(
        model_specs=[config_pb2.ModelSpec(label_key="label", prediction_key="probability")],
        metrics_specs=[config_pb2.MetricsSpec(metrics=metrics)],
        slicing_specs=[
            config_pb2.SlicingSpec(),
            *(config_pb2.SlicingSpec(feature_keys=[column]) for column in values),
        ],
    )
    with TemporaryDirectory() as folder:
        result = tfma.analyze_raw_data(examples, config, output_path=folder)
        measured = {key[0] if key else ("", ""): each for key, each in result.slicing_metrics}
    wanted = [("", ""), *((column, value) for column in values for value in values[column])]
    return pd.DataFrame([_row(*key, measured[key][""][""]) for key in wanted if key in measured])


def _row(column: str, value: str, measured: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    # "NaN" comes as a string
    named: dict[str, float] = {name: float(measured[name]["doubleValue"]) for name in METRICS}
    if named["positives"] in (0, 1):
        named["roc_auc"] = np.nan  # there is no curve; TFMA says 0
    return {"slice": column, "value": value, **named, "examples": int(named["examples"])}
