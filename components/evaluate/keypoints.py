"""Measures a model that finds keypoints."""

import heapq
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS
from components.core.pictures import contact_sheet, read_image
from components.evaluate.evaluation import Evaluation, Row
from components.evaluate.keypoint_drawing import POINT_COLOURS, Marks, draw_points
from components.evaluate.keypoint_figures import plot_error_cdf, plot_point_errors
from components.evaluate.keypoint_metrics import (
    KeypointSums,
    eye_distances,
    row_means,
    scale_differences,
)

TILE = 240
TILES_IN_A_ROW = 6
SAMPLE = 10  # images kept for each median case shown
KINDS = ("best", "median", "worst")
TRUTH_COLOUR, PREDICTION_COLOUR = "#35e06f", "#ff3d81"
HEADLINE = "Green rings: truth. Pink dots: prediction. Below: mean error in pixels at 96x96."

ERROR = "mean_pixel_error"


@dataclass(frozen=True, eq=False)
class Case:
    """One measured image.

    Attributes:
        image: The encoded image.
        image_path: Where it came from.
        truth: The true points in pixels of the image, `[points, 2]`; NaN where missing.
        predicted: The predicted points, likewise.
        error: Mean pixel error of the image.
    """

    image: bytes
    image_path: str
    truth: np.ndarray
    predicted: np.ndarray
    error: float

    @property
    def lot(self) -> tuple[int, str]:
        """A number as good as random, always the same for an image."""
        return zlib.crc32(self.image_path.encode()), self.image_path


class KeypointEvaluation(Evaluation):
    """Mean pixel error and its relatives, and the best, median and worst cases.

    Kept are sums, one number an image, and the encoded images of some cases: those with the
    least and with the greatest error, and a random sample in which the median cases are
    looked for at the end.
    """

    def __init__(self, pictures: int = 36) -> None:
        """Takes how many cases to show, a third of them of each kind."""
        self.shown = max(pictures // len(KINDS), 1)
        self._sums = KeypointSums(len(KEYPOINTS))
        self._errors: list[np.ndarray] = []
        self._relative_errors: list[np.ndarray] = []
        self._best: list[Case] = []
        self._worst: list[Case] = []
        self._sample: list[Case] = []

    def update(self, rows: Sequence[Row], outputs: Mapping[str, np.ndarray]) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with `image`, `image_path`, `width`, `height` and `keypoints`,
                the 30 coordinates in pixels of the image; NaN where missing.
            outputs: `keypoints`, float32 `[len(rows), 15, 2]`, likewise.

        Raises:
            ConvoyError: When a prediction is not finite; names the first such image.
        """
        predicted = outputs["keypoints"].astype(np.float64)
        _check_finite(rows, predicted)
        truth = np.array([row["keypoints"] for row in rows], np.float64).reshape(predicted.shape)
        sizes = (np.array([row[side] for row in rows]) for side in ("width", "height"))
        widths, heights = sizes
        differences = scale_differences(truth, predicted, widths, heights)
        self._sums.add(differences)
        errors = row_means(np.linalg.norm(differences, axis=-1))
        self._errors.append(errors)
        with np.errstate(divide="ignore", invalid="ignore"):  # eyes in one place do not count
            self._relative_errors.append(errors / eye_distances(truth, widths, heights))
        self._keep(
            Case(row["image"], row["image_path"], true, found, float(error))
            for row, true, found, error in zip(rows, truth, predicted, errors, strict=True)
            if not np.isnan(error)
        )

    def metrics(self) -> dict[str, float]:
        """The metrics over all labelled points of all images; coordinates at 96x96 pixels.

        Returns:
            `mean_pixel_error`: mean Euclidean distance between true and predicted point, in
                pixels. This is what the project means by "mean pixel error".
            `rmse`, `mae`: root mean square and mean absolute difference of a coordinate (x
                or y), in pixels.
            `i2dl_score`: 1 / (2 MSE), the MSE of coordinates scaled to [-1, 1].
            `pck_5_percent`: share of the points (PCK: percentage of correct keypoints)
                within 5% of the image's side, 4.8 pixels.
            `nme_eyes`: mean over the images of their mean distance divided by the distance
                of the eye centres; images that miss an eye centre are left out.
            `median_pixel_error`: median over the images of their mean distance, in pixels.
            `examples`, `labelled_points`: how many there are.
            `pixel_error/<point>`: mean distance of one point, in pixels.

        Raises:
            ConvoyError: When no point was labelled.
        """
        self._check_labelled()
        relative = finite(self._relative_errors)
        return {
            **self._sums.metrics(),
            "median_pixel_error": float(np.median(finite(self._errors))),
            "examples": sum(map(len, self._errors)),
            **({"nme_eyes": float(relative.mean())} if len(relative) else {}),
            **{
                f"pixel_error/{name}": float(error)
                for name, error in zip(KEYPOINTS, self._sums.point_errors(), strict=True)
                if not np.isnan(error)
            },
        }

    def report(self, folder: Path) -> None:
        """Writes tables and pictures.

        `points.csv` and `points.png` have the error of each point; `error_cdf.csv` and
        `error_cdf.png` the share of images up to an error; `cases.csv` and `cases.png` the
        best, median and worst cases.
        """
        self._check_labelled()
        errors, point_errors = finite(self._errors), self._sums.point_errors()
        points = {"point": KEYPOINTS, "labelled": self._sums.labelled, ERROR: point_errors}
        shares = np.linspace(0, 1, 101)
        cases = self._cases(float(np.median(errors)))
        _write(points, folder / "points.csv")
        _write({ERROR: np.quantile(errors, shares), "share": shares}, folder / "error_cdf.csv")
        _write(_case_columns(cases), folder / "cases.csv")
        plot_point_errors(KEYPOINTS, point_errors, POINT_COLOURS, folder / "points.png")
        plot_error_cdf(errors, folder / "error_cdf.png")
        draw_cases(cases).save(folder / "cases.png")

    def _check_labelled(self) -> None:
        if not self._sums.labelled.any():
            raise ConvoyError("evaluate: there are no labelled points to measure")

    def _keep(self, cases: Iterable[Case]) -> None:
        new = list(cases)
        self._best = heapq.nsmallest(self.shown, [*self._best, *new], _by_error)
        self._worst = heapq.nlargest(self.shown, [*self._worst, *new], _by_error)
        sample = [*self._sample, *new]
        self._sample = heapq.nsmallest(SAMPLE * self.shown, sample, lambda case: case.lot)

    def _cases(self, median: float) -> dict[str, list[Case]]:
        """The cases to show by kind, in the order of their errors."""
        near = heapq.nsmallest(self.shown, self._sample, lambda case: abs(case.error - median))
        lists = (self._best, sorted(near, key=_by_error), self._worst)
        return dict(zip(KINDS, lists, strict=True))


def draw_cases(cases: Mapping[str, Sequence[Case]]) -> Image.Image:
    """A sheet of faces with true and predicted points, the kinds one below the other."""
    shortest = min(map(len, cases.values()))
    columns = min(TILES_IN_A_ROW, shortest)
    whole_rows = shortest // columns
    shown = {kind: members[: whole_rows * columns] for kind, members in cases.items()}
    tiles = [(draw_case(c), f"{c.error:.2f}") for members in shown.values() for c in members]
    titles = [title for kind in shown for title in (kind, *[""] * (whole_rows - 1))]
    return contact_sheet(tiles, columns, TILE, titles, HEADLINE)


def draw_case(case: Case) -> Image.Image:
    """The face with rings for the true points and dots for the predicted ones."""
    colours = [[colour] * len(KEYPOINTS) for colour in (TRUTH_COLOUR, PREDICTION_COLOUR)]
    truth = Marks(case.truth, colours[0], hollow=True)
    return draw_points(read_image(case.image), [truth, Marks(case.predicted, colours[1])])


def finite(values: Sequence[np.ndarray]) -> np.ndarray:
    """The finite ones of all values, in one array."""
    joined = np.concatenate(values)
    return joined[np.isfinite(joined)]


def _check_finite(rows: Sequence[Row], predicted: np.ndarray) -> None:
    for row, usable in zip(rows, np.isfinite(predicted).all(axis=(1, 2)), strict=True):
        if not usable:
            raise ConvoyError(f"{row['image_path']}: the model's keypoints are not finite")


def _by_error(case: Case) -> tuple[float, str]:
    return case.error, case.image_path


def _case_columns(cases: Mapping[str, Sequence[Case]]) -> dict[str, list[Any]]:
    rows = [(kind, case) for kind, members in cases.items() for case in members]
    return {
        "kind": [kind for kind, _ in rows],
        "image_path": [case.image_path for _, case in rows],
        ERROR: [case.error for _, case in rows],
    }


def _write(columns: Mapping[str, Any], csv: Path) -> None:
    pd.DataFrame(columns).to_csv(csv, index=False, float_format="%.6f")
