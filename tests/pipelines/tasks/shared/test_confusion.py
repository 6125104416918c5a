"""Metrics from a confusion matrix, held against scikit-learn's from the examples."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from pipelines.tasks.shared import confusion

VOID = 255
METRICS = (confusion.precision, confusion.recall, confusion.f1, confusion.iou)
MEANS = (
    confusion.accuracy,
    confusion.mean_iou,
    confusion.mean_class_accuracy,
    confusion.frequency_weighted_iou,
)


@st.composite
def labelled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """Truth and prediction of some examples, not of every class, and the number of classes."""
    classes = draw(st.integers(1, 6))
    pairs = st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1))
    truth, prediction = zip(*draw(st.lists(pairs, min_size=1, max_size=40)), strict=True)
    return np.array(truth), np.array(prediction), classes


@pytest.mark.filterwarnings("ignore:A single label")
@given(labelled())
def test_matrix_counts_like_scikit_learn(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    truth, prediction, classes = data
    matrix = confusion.confusion_matrix(truth, prediction, classes)
    expected = reference.confusion_matrix(truth, prediction, labels=range(classes))
    assert matrix.dtype == np.int64
    np.testing.assert_array_equal(matrix, expected)


@given(labelled())
def test_metrics_of_the_classes_are_scikit_learns(
    data: tuple[np.ndarray, np.ndarray, int],
) -> None:
    truth, prediction, classes = data
    matrix = confusion.confusion_matrix(truth, prediction, classes)
    appearing = np.union1d(truth, prediction)
    absent = np.setdiff1d(np.arange(classes), appearing)
    *expected, _ = reference.precision_recall_fscore_support(truth, prediction, zero_division=0)
    expected.append(reference.jaccard_score(truth, prediction, average=None, labels=appearing))
    for metric, values in zip(METRICS, expected, strict=True):
        np.testing.assert_allclose(metric(matrix)[appearing], values)
        assert np.isnan(metric(matrix)[absent]).all()


@pytest.mark.filterwarnings("ignore:A single label")
@given(labelled())
def test_kappa_is_scikit_learns(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    truth, prediction, classes = data
    kappa = confusion.kappa(confusion.confusion_matrix(truth, prediction, classes))
    expected = reference.cohen_kappa_score(truth, prediction)
    assert kappa == pytest.approx(expected, nan_ok=True)


def test_always_the_same_class_is_no_better_than_chance() -> None:
    assert confusion.kappa(np.array([[9, 0], [1, 0]])) == pytest.approx(0)
    assert np.isnan(confusion.kappa(np.zeros((2, 2), int)))


@given(labelled())
def test_means_are_scikit_learns(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    truth, prediction, classes = data
    matrix = confusion.confusion_matrix(truth, prediction, classes)
    *macro, _ = reference.precision_recall_fscore_support(
        truth, prediction, average="macro", zero_division=0
    )
    means = [confusion.mean_over_classes(metric(matrix)) for metric in METRICS[:3]]
    assert means == pytest.approx(macro)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are predicted and never true
        expected = [
            reference.accuracy_score(truth, prediction),
            reference.jaccard_score(
                truth, prediction, average="macro", labels=np.union1d(truth, prediction)
            ),
            reference.balanced_accuracy_score(truth, prediction),
            reference.jaccard_score(
                truth, prediction, average="weighted", labels=np.union1d(truth, prediction)
            ),
        ]
    assert [mean(matrix) for mean in MEANS] == pytest.approx(expected)


@given(labelled(), st.integers(0, 40))
def test_matrices_of_batches_add_up(data: tuple[np.ndarray, np.ndarray, int], cut: int) -> None:
    truth, prediction, classes = data
    parts = [
        confusion.confusion_matrix(truth[part], prediction[part], classes)
        for part in (slice(None, cut), slice(cut, None))
    ]
    whole = confusion.confusion_matrix(truth, prediction, classes)
    np.testing.assert_array_equal(sum(parts), whole)


def test_void_pixels_do_not_count() -> None:
    truth = np.array([[0, 1, VOID], [1, 1, VOID]], np.uint8)
    prediction = np.array([[0, 0, 1], [1, 1, 0]], np.uint8)
    matrix = confusion.confusion_matrix(truth, prediction, 2, ignore=VOID)
    assert matrix.tolist() == [[1, 0], [1, 2]]


def test_many_classes_do_not_overflow_small_integers() -> None:
    indices = np.arange(200, dtype=np.uint8)
    matrix = confusion.confusion_matrix(indices, indices, 200)
    np.testing.assert_array_equal(matrix, np.eye(200))


def test_a_matrix_worked_by_hand() -> None:
    matrix = np.array([[6, 2, 0], [1, 1, 0], [0, 0, 0]])
    assert confusion.accuracy(matrix) == 7 / 10
    np.testing.assert_allclose(confusion.precision(matrix), [6 / 7, 1 / 3, np.nan])
    np.testing.assert_allclose(confusion.recall(matrix), [6 / 8, 1 / 2, np.nan])
    np.testing.assert_allclose(confusion.f1(matrix), [12 / 15, 2 / 5, np.nan])
    np.testing.assert_allclose(confusion.iou(matrix), [6 / 9, 1 / 4, np.nan])
    assert confusion.mean_iou(matrix) == pytest.approx((6 / 9 + 1 / 4) / 2)
    assert confusion.mean_class_accuracy(matrix) == pytest.approx((6 / 8 + 1 / 2) / 2)
    assert confusion.frequency_weighted_iou(matrix) == pytest.approx(0.8 * 6 / 9 + 0.2 * 1 / 4)


def test_a_perfect_prediction_has_ones_everywhere() -> None:
    matrix = np.diag([3, 1, 2])
    assert [mean(matrix) for mean in MEANS] == [1, 1, 1, 1]
    assert all((metric(matrix) == 1).all() for metric in METRICS)


def test_an_all_wrong_prediction_has_zeros_everywhere() -> None:
    matrix = np.array([[0, 3], [2, 0]])
    assert [mean(matrix) for mean in MEANS] == [0, 0, 0, 0]
    assert all((metric(matrix) == 0).all() for metric in METRICS)


@pytest.mark.filterwarnings("error")
def test_nothing_measured_is_not_a_number() -> None:
    matrix = np.zeros((2, 2), np.int64)
    assert all(math.isnan(mean(matrix)) for mean in MEANS)
    assert all(np.isnan(metric(matrix)).all() for metric in METRICS)


@pytest.mark.parametrize("index", [-1, 2])
def test_an_index_of_no_class_is_an_error(index: int) -> None:
    inside, outside = np.array([0, 1]), np.array([0, index])
    with pytest.raises(ValueError, match=r"\[0, 2\)"):
        confusion.confusion_matrix(outside, inside, 2)
    with pytest.raises(ValueError, match=r"\[0, 2\)"):
        confusion.confusion_matrix(inside, outside, 2)


def test_shapes_that_differ_are_an_error() -> None:
    with pytest.raises(ValueError, match="shape"):
        confusion.confusion_matrix(np.zeros((2, 1), int), np.zeros((2,), int), 2)
