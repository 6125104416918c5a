"""Measures a model that finds keypoints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import Field

from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS
from components.core.parts import Evaluation, Evaluator, Prediction, Row
from components.core.tabular import write_csv
from components.evaluate.params import EvaluateParams, GateParams, Threshold
from pipelines.tasks.keypoints.cases import ERROR, Case, Cases, case_table, draw_cases
from pipelines.tasks.keypoints.drawing import POINT_COLOURS
from pipelines.tasks.keypoints.figures import plot_error_cdf, plot_point_errors
from pipelines.tasks.keypoints.metrics import (
    KeypointSums,
    eye_distances,
    row_means,
    scale_differences,
)
from pipelines.tasks.shared.images.params import Flips

if TYPE_CHECKING:
    from components.core.served_model import ServedModel
    from pipelines.tasks.keypoints.test_time import View


class KeypointEvaluate(EvaluateParams):
    """How the trained model is measured on the test split.

    Attributes:
        test_time_augmentation: Whether to measure the mean prediction over mirrored and
            shifted copies of each image, too.
    """

    test_time_augmentation: bool = False


FAILURE = 0.1
"""The error as a share of the distance of the eyes from which on a face counts as not found; after
Sagonas et al. (2013), "300 Faces in-the-Wild Challenge". Always guessing the mean face is worse."""


class KeypointGate(GateParams):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. By default the
            points must be nearer than those of the mean face.
    """

    thresholds: dict[str, Threshold] = Field({"nme_eyes": Threshold(max=FAILURE)}, min_length=1)


class KeypointEvaluator(Evaluator):
    """Mean pixel error, RMSE, MAE, the I2DL score, PCK and the error by eye distance.

    Where test-time augmentation is asked for, the same metrics of averaged predictions stand
    beside them; their names begin with `tta_`.
    """

    evaluate: KeypointEvaluate
    gate: KeypointGate
    augment: Flips

    def begin(self, model: ServedModel) -> Evaluation:
        """An empty evaluation; with views, it asks the model itself for what it sees in them."""
        plain = self.begin_one(model)
        views = self.views()
        if not views:
            return plain
        from pipelines.tasks.keypoints.test_time import AveragedBeside, average_predictions

        averaged = KeypointEvaluation(self.evaluate.pictures)
        return AveragedBeside(
            plain, averaged, partial(average_predictions, model.predict, views=views)
        )

    def begin_one(self, model: ServedModel) -> KeypointEvaluation:
        """An empty evaluation of single predictions."""
        return KeypointEvaluation(self.evaluate.pictures)

    def views(self) -> tuple[View, ...]:
        """The shifted image, and the mirrored one where training mirrors, if asked for."""
        if not self.evaluate.test_time_augmentation:
            return ()
        from pipelines.tasks.keypoints.test_time import VIEWS

        return tuple(view for view in VIEWS if self.augment.horizontal_flip or not view.mirrored)


class KeypointEvaluation(Evaluation):
    """Mean pixel error and its relatives, and the best, median and worst cases.

    Kept are the differences of all points, a number an image, and the encoded images of some
    cases; see `Cases`.
    """

    def __init__(self, pictures: int = 36) -> None:
        """Takes how many cases to show, a third of them of each kind."""
        self._sums = KeypointSums(len(KEYPOINTS))
        self._differences: list[np.ndarray] = []
        self._errors: list[np.ndarray] = []
        self._relative_errors: list[np.ndarray] = []
        self._cases = Cases(pictures)

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
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
        self._differences.append(differences)
        errors = row_means(np.linalg.norm(differences, axis=-1))
        self._errors.append(errors)
        with np.errstate(divide="ignore", invalid="ignore"):  # eyes in one place do not count
            self._relative_errors.append(errors / eye_distances(truth, widths, heights))
        self._cases.add(
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
        measured = _measured(self._sums, finite(self._errors), finite(self._relative_errors))
        return measured | {"examples": self.examples}

    @property
    def examples(self) -> int:
        """All images."""
        return sum(map(len, self._errors))

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """Those of `metrics` over some images; none where no point is labelled in them."""
        sums = KeypointSums(len(KEYPOINTS))
        sums.add(np.concatenate(self._differences)[chosen])
        if not sums.labelled.any():
            return {}
        errors, relative = (
            np.concatenate(values)[chosen] for values in (self._errors, self._relative_errors)
        )
        return _measured(sums, finite([errors]), finite([relative])) | {"examples": len(chosen)}

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
        cdf = {ERROR: np.quantile(errors, shares), "share": shares}
        cases = self._cases.chosen(float(np.median(errors)))
        write_csv(pd.DataFrame(points), folder / "points.csv")
        write_csv(pd.DataFrame(cdf), folder / "error_cdf.csv")
        write_csv(case_table(cases), folder / "cases.csv")
        plot_point_errors(KEYPOINTS, point_errors, POINT_COLOURS, folder / "points.png")
        plot_error_cdf(errors, folder / "error_cdf.png")
        caption = Caption(
            "Best, median and worst cases",
            "True and predicted points of test images, by their mean error.",
            "Faces with their true and predicted points; cases.csv lists them.",
        )
        save_picture(draw_cases(cases), folder / "cases.png", caption)

    def _check_labelled(self) -> None:
        if not self._sums.labelled.any():
            raise ConvoyError("evaluate: there are no labelled points to measure")


def _measured(sums: KeypointSums, errors: np.ndarray, relative: np.ndarray) -> dict[str, float]:
    """The metrics that follow from sums, and from the errors of the images."""
    points = zip(KEYPOINTS, sums.point_errors(), strict=True)
    return {
        **sums.metrics(),
        "median_pixel_error": float(np.median(errors)),
        **({"nme_eyes": float(relative.mean())} if len(relative) else {}),
        **{f"pixel_error/{name}": float(error) for name, error in points if not np.isnan(error)},
    }


def finite(values: Sequence[np.ndarray]) -> np.ndarray:
    """The finite ones of all values, in one array."""
    joined = np.concatenate(values)
    return joined[np.isfinite(joined)]


def _check_finite(rows: Sequence[Row], predicted: np.ndarray) -> None:
    for row, usable in zip(rows, np.isfinite(predicted).all(axis=(1, 2)), strict=True):
        if not usable:
            raise ConvoyError(f"{row['image_path']}: the model's keypoints are not finite")
