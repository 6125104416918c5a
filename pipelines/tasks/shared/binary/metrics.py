"""Metrics of probabilities of two classes; scikit-learn's where it has them."""

import numpy as np
import pandas as pd

from pipelines.tasks.shared.binary.threshold import THRESHOLD

BINS = 15


def binary_metrics(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """The metrics of some examples, one at least.

    Args:
        labels: 1 for the positive class, 0 for the other, int64 `[examples]`.
        probabilities: Of the positive class, float32 `[examples]` in [0, 1].

    Returns:
        `accuracy`, `precision`, `recall`, `f1`: at a threshold of 0.5, the last three of the
            positive class; 0 where their denominator is.
        `roc_auc`, `average_precision`: areas under the ROC curve and, as a sum of steps,
            under the precision-recall curve; left out where there is one class only.
        `log_loss`: natural logarithm; float32's precision, 1.2e-7, is the least probability.
        `brier`: mean squared difference of label and probability.
        `expected_calibration_error`: see `expected_calibration_error`.
    """
    from sklearn import metrics

    prediction = (probabilities >= THRESHOLD).astype(np.int64)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, prediction, average="binary", zero_division=0
    )
    return {
        "accuracy": float(metrics.accuracy_score(labels, prediction)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        **_areas(labels, probabilities),
        "log_loss": float(metrics.log_loss(labels, probabilities, labels=[0, 1])),
        "brier": float(metrics.brier_score_loss(labels, probabilities, pos_label=1)),
        "expected_calibration_error": expected_calibration_error(labels, probabilities),
    }


def metrics_at(threshold: float, labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """`threshold`, and `accuracy_at_threshold` and `f1_at_threshold`."""
    from sklearn import metrics

    # in 64 bits, where a threshold lies between any two 32-bit neighbours
    prediction = (probabilities.astype(np.float64) >= threshold).astype(np.int64)
    return {
        "threshold": threshold,
        "accuracy_at_threshold": float(metrics.accuracy_score(labels, prediction)),
        "f1_at_threshold": float(metrics.f1_score(labels, prediction, zero_division=0)),
    }


def best_threshold(labels: np.ndarray, probabilities: np.ndarray) -> float | None:
    """The threshold with the best F1, the lowest of several.

    Returns:
        The middle between two neighbouring probabilities, or the lowest of all; None where
        there is one class only.
    """
    from sklearn import metrics

    if not has_both(labels):
        return None
    values = probabilities.astype(np.float64)
    precision, recall, thresholds = metrics.precision_recall_curve(labels, values)
    f1 = 2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)
    best = thresholds[f1[:-1].argmax()]  # the last point of the curve has no threshold
    below = values[values < best]
    return float((best + below.max()) / 2 if len(below) else best)


def calibration_table(labels: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    """Compares probabilities with what came true, in 15 bins of equal width.

    A bin holds the probabilities above its lower and up to its upper bound; the first one
    holds 0, too.

    Returns:
        A row a bin: `lower`, `upper`, `examples`, `probability` and `positives`, the mean
        probability and the share of positive examples; NaN in an empty bin.
    """
    bounds = np.linspace(0, 1, BINS + 1)
    bins = np.digitize(probabilities.astype(np.float64), bounds[1:-1], right=True)
    counts = np.bincount(bins, minlength=BINS)
    with np.errstate(invalid="ignore"):
        probability = np.bincount(bins, probabilities, BINS) / counts
        positives = np.bincount(bins, labels, BINS) / counts
    return pd.DataFrame(
        {
            "lower": bounds[:-1],
            "upper": bounds[1:],
            "examples": counts,
            "probability": probability,
            "positives": positives,
        }
    )


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """How far probabilities are from shares, on average; in [0, 1].

    The mean over the examples of |share of positives - mean probability| of their bin, the
    bins being those of `calibration_table`: equation 3 of Guo et al. (2017), "On Calibration
    of Modern Neural Networks", with the positive class in place of the predicted one, so
    that all bins from 0 to 1 are in use.
    """
    table = calibration_table(labels, probabilities)
    gaps = (table["positives"] - table["probability"]).abs()
    return float((gaps * table["examples"]).sum() / len(labels))


def has_both(labels: np.ndarray) -> bool:
    """Whether both classes occur; without, no curve and no area is defined."""
    return bool(labels.min() != labels.max())


def _areas(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    from sklearn import metrics

    if not has_both(labels):
        return {}
    return {
        "roc_auc": float(metrics.roc_auc_score(labels, probabilities)),
        "average_precision": float(metrics.average_precision_score(labels, probabilities)),
    }
