"""Metrics of keypoints; distances are in pixels of an image scaled to 96x96.

Points are float `[examples, points, 2]`; a missing point is NaN and counts for nothing.
"""

import numpy as np

SIDE = 96
"""Height and width that every image is scaled to, in pixels."""

EYES = (0, 1)
"""Indices of the centres of the left and the right eye."""

PCK_SHARE = 0.05
"""Distance at which a point no longer counts as found, as a share of the image's side."""

LEAST_MSE = float(np.finfo(np.float32).eps)
"""Bounds the score of a perfect model: JSON knows no infinity."""


def scale_differences(
    truth: np.ndarray, predicted: np.ndarray, widths: np.ndarray, heights: np.ndarray
) -> np.ndarray:
    """Subtracts true from predicted points and scales the images to 96x96 pixels.

    Args:
        truth: True points in pixels of each image; NaN where missing.
        predicted: Predicted points, likewise.
        widths: Widths of the images in pixels, `[examples]`.
        heights: Heights, likewise.

    Returns:
        float64 `[examples, points, 2]`; NaN for both axes of a point that misses one.
    """
    sizes = np.stack([widths, heights], axis=-1).astype(np.float64)
    differences = (predicted - truth) * SIDE / sizes[:, np.newaxis]
    missing = np.isnan(truth).any(axis=-1, keepdims=True)
    return np.where(missing, np.nan, differences)


def row_means(distances: np.ndarray) -> np.ndarray:
    """The mean over the labelled points of each row, `[examples]`; NaN where there are none."""
    labelled = (~np.isnan(distances)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.nansum(distances, axis=1) / labelled


def eye_distances(truth: np.ndarray, widths: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Distances between the eye centres at 96x96, `[examples]`; NaN where one is missing."""
    left, right = (truth[:, [eye]] for eye in EYES)
    return np.linalg.norm(scale_differences(left, right, widths, heights)[:, 0], axis=-1)


class KeypointSums:
    """Sums from which the metrics of any number of examples follow.

    Attributes:
        labelled: Labelled examples of each point, int64 `[points]`.
        distances: Sum of the distances of each point, `[points]`.
        squares: Sum of the squared differences of each coordinate, `[points, 2]`.
        absolutes: Sum of the absolute differences of each coordinate, `[points, 2]`.
        found: Labelled examples of each point within `PCK_SHARE` of the side, `[points]`.
    """

    def __init__(self, points: int) -> None:
        """Starts with no examples of so many points."""
        self.labelled = np.zeros(points, np.int64)
        self.distances = np.zeros(points)
        self.squares = np.zeros((points, 2))
        self.absolutes = np.zeros((points, 2))
        self.found = np.zeros(points, np.int64)

    def add(self, differences: np.ndarray) -> None:
        """Takes in a batch as `scale_differences` gives it."""
        distances = np.linalg.norm(differences, axis=-1)
        self.labelled += (~np.isnan(distances)).sum(axis=0)
        self.distances += np.nansum(distances, axis=0)
        self.squares += np.nansum(np.square(differences), axis=0)
        self.absolutes += np.nansum(np.abs(differences), axis=0)
        self.found += (distances <= PCK_SHARE * SIDE).sum(axis=0)

    def point_errors(self) -> np.ndarray:
        """Mean distance of each point, `[points]`; NaN for a point without labels."""
        with np.errstate(invalid="ignore"):
            return self.distances / self.labelled

    def metrics(self) -> dict[str, float]:
        """The metrics over all labelled points, which must be one at least; see the module."""
        points = self.labelled.sum()
        mean_square = self.squares.sum() / (2 * points)
        unit_square = mean_square / (SIDE / 2) ** 2  # [-1, 1] spans the side
        return {
            "mean_pixel_error": float(self.distances.sum() / points),
            "rmse": float(np.sqrt(mean_square)),
            "mae": float(self.absolutes.sum() / (2 * points)),
            "i2dl_score": float(1 / (2 * max(unit_square, LEAST_MSE))),
            "pck_5_percent": float(self.found.sum() / points),
            "labelled_points": int(points),
        }
