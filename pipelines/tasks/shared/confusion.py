"""Metrics of classes, of images or of pixels, from one summed confusion matrix.

A class appears when it is the truth or the prediction of at least one example. Metrics of a
class that does not appear are NaN, and means over the classes leave it out. Where a class
appears and a ratio has a zero denominator, the ratio is 0: the precision of a class that is
never predicted, the recall of a class that is never true. These are scikit-learn's figures
with `zero_division=0` and without `labels`.
"""

import math

import numpy as np

SLIGHT = 0.2
"""The kappa below which agreement is slight at best; after Landis and Koch (1977), "The Measurement
of Observer Agreement for Categorical Data"."""


def confusion_matrix(
    truth: np.ndarray, prediction: np.ndarray, classes: int, ignore: int | None = None
) -> np.ndarray:
    """Counts how often each true class was predicted as each class.

    Matrices of batches add up to the matrix of all of them.

    Args:
        truth: Class indices, integers of any shape.
        prediction: Class indices, integers of the same shape.
        classes: The number of classes.
        ignore: Examples (or pixels) with this true value do not count; the void class.

    Returns:
        int64 `[classes, classes]`; rows are the truth, columns the prediction.

    Raises:
        ValueError: When the shapes differ, or an index is not in `[0, classes)`.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"truth {truth.shape} and prediction {prediction.shape} differ in shape")
    counted = np.ones(truth.shape, bool) if ignore is None else truth != ignore
    true = truth[counted].astype(np.int64)
    predicted = prediction[counted].astype(np.int64)
    for indices in (true, predicted):
        if indices.size and not 0 <= indices.min() <= indices.max() < classes:
            raise ValueError(f"class indices must be in [0, {classes})")
    pairs = np.bincount(true * classes + predicted, minlength=classes**2)
    return pairs.reshape(classes, classes)


def accuracy(matrix: np.ndarray) -> float:
    """The share of correct examples; of pixels, the pixel accuracy. NaN without examples."""
    return float(np.trace(matrix) / matrix.sum()) if matrix.any() else math.nan


def kappa(matrix: np.ndarray) -> float:
    """Cohen's kappa: agreement beyond chance, 1 where all are right, 0 for what a guess gives.

    A guess knows how frequent the classes are, and nothing else. NaN where it cannot be wrong, as
    there is one class only, and without examples.
    """
    if not matrix.any():
        return math.nan
    by_chance = float(_true(matrix) / matrix.sum() @ (_predicted(matrix) / matrix.sum()))
    return (accuracy(matrix) - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan


def precision(matrix: np.ndarray) -> np.ndarray:
    """For each class, the share of its predictions that are correct, float64 `[classes]`."""
    return _ratio(matrix, np.diag(matrix), _predicted(matrix))


def recall(matrix: np.ndarray) -> np.ndarray:
    """For each class, the share of its examples that are found, float64 `[classes]`."""
    return _ratio(matrix, np.diag(matrix), _true(matrix))


def f1(matrix: np.ndarray) -> np.ndarray:
    """The harmonic mean of precision and recall of each class, float64 `[classes]`."""
    return _ratio(matrix, 2 * np.diag(matrix), _true(matrix) + _predicted(matrix))


def iou(matrix: np.ndarray) -> np.ndarray:
    """Intersection over union (Jaccard index) of each class, float64 `[classes]`."""
    return _ratio(matrix, np.diag(matrix), _union(matrix))


def mean_over_classes(values: np.ndarray) -> float:
    """The mean (macro average) over the classes that appear; NaN when none does."""
    appearing = values[~np.isnan(values)]
    return float(appearing.mean()) if appearing.size else math.nan


def mean_iou(matrix: np.ndarray) -> float:
    """The mean intersection over union of the classes that appear."""
    return mean_over_classes(iou(matrix))


def mean_class_accuracy(matrix: np.ndarray) -> float:
    """The mean recall of the classes that have examples, also called balanced accuracy."""
    return mean_over_classes(recall(matrix)[_true(matrix) > 0])


def frequency_weighted_iou(matrix: np.ndarray) -> float:
    """The mean intersection over union, each class weighted by its number of examples.

    After Long et al., 2015, "Fully Convolutional Networks for Semantic Segmentation".
    """
    if not matrix.any():
        return math.nan
    return float(np.nansum(_true(matrix) * iou(matrix)) / matrix.sum())


def _true(matrix: np.ndarray) -> np.ndarray:
    return matrix.sum(axis=1)


def _predicted(matrix: np.ndarray) -> np.ndarray:
    return matrix.sum(axis=0)


def _union(matrix: np.ndarray) -> np.ndarray:
    return _true(matrix) + _predicted(matrix) - np.diag(matrix)


def _ratio(matrix: np.ndarray, numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    absent_or_zero = np.where(_union(matrix) > 0, 0.0, np.nan)
    return np.divide(numerator, denominator, out=absent_or_zero, where=denominator > 0)
