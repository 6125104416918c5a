"""The metrics of keypoints, held against NumPy on the flat list of labelled points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.keypoints.metrics import (
    KeypointSums,
    eye_distances,
    row_means,
    scale_differences,
)

POINTS = 5


def examples(seed: int, count: int = 12) -> tuple[np.ndarray, ...]:
    """True points, a third of them missing, predictions, widths and heights."""
    generator = np.random.default_rng(seed)
    widths, heights = generator.integers(20, 300, (2, count))
    sizes = np.stack([widths, heights], axis=1)[:, None]
    truth, predicted = generator.random((2, count, POINTS, 2)) * sizes
    truth[generator.random((count, POINTS)) < 1 / 3] = np.nan
    return truth, predicted, widths, heights


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_metrics_are_those_of_the_flat_list(seed: int, batch: int) -> None:
    truth, predicted, widths, heights = examples(seed)
    sums, dx, dy = KeypointSums(POINTS), [], []
    for start in range(0, len(truth), batch):
        part = slice(start, start + batch)
        sums.add(scale_differences(truth[part], predicted[part], widths[part], heights[part]))
    for row, point in np.argwhere(~np.isnan(truth[..., 0])):
        x, y = predicted[row, point] - truth[row, point]
        dx.append(x / widths[row] * 96)
        dy.append(y / heights[row] * 96)
    both, distances = np.array(dx + dy), np.hypot(dx, dy)
    assert sums.metrics() == pytest.approx(
        {
            "mean_pixel_error": distances.mean(),
            "rmse": np.sqrt(np.mean(both**2)),
            "mae": np.abs(both).mean(),
            "i2dl_score": 1 / (2 * np.mean((both / 48) ** 2)),
            "pck_5_percent": np.mean(distances <= 4.8),
            "labelled_points": len(distances),
        }
    )


def test_worked_example() -> None:
    """One point 5 pixels off, one met, one missing, in a square image of half the size."""
    truth = np.array([[[10.0, 10.0], [20.0, 30.0], [np.nan, np.nan]]])
    predicted = np.array([[[11.5, 12.0], [20.0, 30.0], [99.0, 99.0]]])
    differences = scale_differences(truth, predicted, np.array([48]), np.array([48]))
    np.testing.assert_array_equal(differences, [[[3, 4], [0, 0], [np.nan, np.nan]]])
    sums = KeypointSums(3)
    sums.add(differences)
    metrics = sums.metrics()
    assert metrics["mean_pixel_error"] == 2.5
    assert metrics["rmse"] == 2.5
    assert metrics["mae"] == 1.75
    assert metrics["i2dl_score"] == pytest.approx(48**2 / (2 * 6.25))
    assert metrics["pck_5_percent"] == 0.5
    np.testing.assert_array_equal(sums.point_errors(), [5, 0, np.nan])


@given(st.integers(0, 1000))
def test_the_score_is_that_of_coordinates_from_minus_one_to_one(seed: int) -> None:
    truth, predicted, widths, heights = examples(seed)
    sums = KeypointSums(POINTS)
    sums.add(scale_differences(truth, predicted, widths, heights))
    sizes = np.stack([widths, heights], axis=1)[:, None]
    units = [(2 * points + 1) / sizes - 1 for points in (truth, predicted)]
    expected = 1 / (2 * np.nanmean(np.square(units[1] - units[0])))
    assert sums.metrics()["i2dl_score"] == pytest.approx(expected)


def test_a_perfect_score_is_finite() -> None:
    sums = KeypointSums(1)
    sums.add(np.zeros((3, 1, 2)))
    assert sums.metrics()["i2dl_score"] == 2.0**22


def test_a_point_on_the_limit_is_found() -> None:
    sums = KeypointSums(1)
    sums.add(np.array([[[4.8, 0.0]], [[4.81, 0.0]]]))
    assert sums.metrics()["pck_5_percent"] == 0.5


def test_a_point_with_one_coordinate_is_missing() -> None:
    truth, predicted = np.array([[[1.0, np.nan]]]), np.array([[[2.0, 2.0]]])
    differences = scale_differences(truth, predicted, np.array([96]), np.array([96]))
    assert np.isnan(differences).all()


@given(st.integers(0, 1000))
def test_row_means(seed: int) -> None:
    distances = np.random.default_rng(seed).random((6, 4))
    distances[np.random.default_rng(seed).random((6, 4)) < 0.5] = np.nan
    expected = [
        np.mean(row[~np.isnan(row)]) if not np.isnan(row).all() else np.nan for row in distances
    ]
    np.testing.assert_allclose(row_means(distances), expected)


def test_eye_distances() -> None:
    truth = np.array([[[40.0, 10.0], [10.0, 10.0]], [[3.0, 1.0], [np.nan, np.nan]]])
    distances = eye_distances(truth, np.array([192, 96]), np.array([96, 96]))
    np.testing.assert_array_equal(distances, [15, np.nan])
