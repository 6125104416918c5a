"""Measures a model that gives every pixel a class."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image
from scipy.sparse import csr_array, vstack

from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.masks import MaskError, decode_mask
from components.core.parts import Evaluation, Evaluator, Prediction, Row
from components.core.pictures import notice
from components.core.tabular import write_csv
from components.evaluate.params import EvaluateParams
from pipelines.tasks.segmentation.classes import MaskClasses
from pipelines.tasks.segmentation.pictures import COLUMNS, Case, draw_cases, plot_iou
from pipelines.tasks.shared import confusion
from pipelines.tasks.shared.figures import plot_confusion
from pipelines.tasks.shared.gates import KappaGate

if TYPE_CHECKING:
    from components.core.served_model import ServedModel


class MaskEvaluator(Evaluator):
    """Intersection over union and accuracy of each class and their means."""

    checks: MaskClasses
    evaluate: EvaluateParams
    gate: KappaGate

    def begin(self, model: ServedModel) -> Evaluation:
        """Measures masks at the images' own sizes."""
        return SegmentationEvaluation(model.classes, self.checks.void, self.evaluate.pictures)


class SegmentationEvaluation(Evaluation):
    """Intersection over union and accuracy of pixels, and the best and worst images.

    All metrics come from one confusion matrix of all pixels of the split, at the images' own
    sizes; pixels that are void in the truth do not count. Kept are that matrix, what is not 0 of
    each image's, two numbers an image, and the encoded images and masks of the few that are shown.
    """

    def __init__(self, classes: Sequence[str], void: int, pictures: int = 36) -> None:
        """Starts with no images.

        Args:
            classes: Names of the classes in the order of their indices.
            void: The value of void pixels in the true masks; not the index of a class.
            pictures: How many to show, four an image, half of the images best, half worst.
        """
        self.classes = tuple(classes)
        self.void = void
        self.shown = max(pictures // (2 * COLUMNS), 1)
        self._matrix = np.zeros((len(self.classes), len(self.classes)), np.int64)
        self._matrices: list[csr_array] = []
        self._scores: list[tuple[str, float, float]] = []
        self._best: list[Case] = []
        self._worst: list[Case] = []

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with `image`, `image_path` and `mask`, a PNG of class indices
                of the image's size.
            outputs: `mask`, PNGs likewise, without void, object `[len(rows)]`.

        Raises:
            ConvoyError: When a true mask is missing or broken, has a value that is neither a
                class nor void, or differs from the predicted one in size; names the image.
        """
        cases = [self._measure(*pair) for pair in zip(rows, outputs["mask"], strict=True)]
        self._scores += [(case.image_path, case.mean_iou, case.accuracy) for case in cases]
        labelled = [case for case in cases if not np.isnan(case.mean_iou)]
        self._best = heapq.nlargest(self.shown, [*self._best, *labelled], _by_iou)
        self._worst = heapq.nsmallest(self.shown, [*self._worst, *labelled], _by_iou)

    def metrics(self) -> dict[str, float]:
        """The metrics over the pixels of all images; those of a class that lacks them are left out.

        Returns:
            `mean_iou`: mean over the classes of their intersection over union, TP / (TP + FP
                + FN). It averages over the classes that appear in the truth or in a
                prediction; one that was predicted and is never true counts with 0.
            `frequency_weighted_iou`: the same, each class weighted by its true pixels.
            `pixel_accuracy`: share of the pixels that are right.
            `kappa`: the same beyond chance, Cohen's kappa.
            `mean_class_accuracy`: mean of `accuracy/<class>`.
            `pixels`, `images`: how many there are, void pixels not counted.
            `iou/<class>`, and `accuracy/<class>`, the share of its true pixels that are
                found (recall).

        Raises:
            ConvoyError: When there were no images.
        """
        if not self._scores:
            raise ConvoyError("evaluate: there are no images to measure")
        return self._measured(self._matrix, len(self._scores))

    @property
    def examples(self) -> int:
        """All images."""
        return len(self._scores)

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """Those of `metrics` over the pixels of some images."""
        times = np.bincount(chosen, minlength=self.examples)
        return self._measured((times @ self._stacked()).reshape(self._matrix.shape), len(chosen))

    def _stacked(self) -> csr_array:
        """The matrices of all images, each as a row."""
        if len(self._matrices) > 1:
            self._matrices = [vstack(self._matrices, format="csr")]
        return self._matrices[0]

    def _measured(self, matrix: np.ndarray, images: int) -> dict[str, float]:
        values = {
            "mean_iou": confusion.mean_iou(matrix),
            "frequency_weighted_iou": confusion.frequency_weighted_iou(matrix),
            "pixel_accuracy": confusion.accuracy(matrix),
            "kappa": confusion.kappa(matrix),
            "mean_class_accuracy": confusion.mean_class_accuracy(matrix),
            "pixels": int(matrix.sum()),
            "images": images,
            **self._named("iou", confusion.iou(matrix)),
            **self._named("accuracy", _accuracies(matrix)),
        }
        return {name: value for name, value in values.items() if not np.isnan(value)}

    def report(self, folder: Path) -> None:
        """Writes tables and pictures.

        `classes.csv` and `iou.png` have the metrics of each class, `images.csv` those of each
        image, the worst first, `confusion_matrix.csv` the pixels of each true class (row) by
        predicted class, `confusion.png` its picture; `best.png` and `worst.png` show images
        with their masks and errors.
        """
        write_csv(self._class_table(), folder / "classes.csv")
        write_csv(self._image_table(), folder / "images.csv")
        write_csv(self._confusion_table(), folder / "confusion_matrix.csv")
        plot_confusion(self._matrix, self.classes, folder / "confusion.png")
        plot_iou(self.classes, confusion.iou(self._matrix), folder / "iou.png")
        for name, cases in (("best", self._best), ("worst", self._worst)):
            caption = Caption(
                f"{name.capitalize()} images",
                f"The test images of the {name} mean IoU.",
                "Images beside their true and predicted masks and the errors.",
            )
            save_picture(self._draw(cases), folder / f"{name}.png", caption)

    def _measure(self, row: Row, predicted: bytes) -> Case:
        """Adds one image to the matrix."""
        truth, prediction = self._decode(row), decode_mask(predicted)
        if truth.shape != prediction.shape:
            sizes = [f"{mask.shape[1]}x{mask.shape[0]}" for mask in (prediction, truth)]
            raise ConvoyError(
                f"{row['image_path']}: the predicted mask is {sizes[0]} pixels, the true one "
                f"{sizes[1]}"
            )
        matrix = confusion.confusion_matrix(truth, prediction, len(self.classes), self.void)
        self._matrix += matrix
        self._matrices.append(csr_array(matrix.reshape(1, -1)))
        return Case(
            image=row["image"],
            image_path=row["image_path"],
            truth=row["mask"],
            predicted=predicted,
            mean_iou=confusion.mean_iou(matrix),
            accuracy=confusion.accuracy(matrix),
        )

    def _decode(self, row: Row) -> np.ndarray:
        try:
            truth = decode_mask(row["mask"] or b"")
        except MaskError as error:
            raise ConvoyError(f"{row['image_path']}: mask: {error}") from None
        unknown = truth[(truth >= len(self.classes)) & (truth != self.void)]
        if unknown.size:
            raise ConvoyError(
                f"{row['image_path']}: mask: {unknown[0]} is neither one of the model's "
                f"{len(self.classes)} classes (0 to {len(self.classes) - 1}) nor void ({self.void})"
            )
        return truth

    def _named(self, metric: str, values: np.ndarray) -> dict[str, float]:
        names = [f"{metric}/{name}" for name in self.classes]
        return dict(zip(names, values.tolist(), strict=True))

    def _class_table(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "class": self.classes,
                "pixels": self._matrix.sum(axis=1),
                "iou": confusion.iou(self._matrix),
                "accuracy": _accuracies(self._matrix),
                "precision": confusion.precision(self._matrix),
            }
        )

    def _image_table(self) -> pd.DataFrame:
        table = pd.DataFrame(self._scores, columns=["image_path", "mean_iou", "pixel_accuracy"])
        return table.sort_values(["mean_iou", "image_path"])

    def _confusion_table(self) -> pd.DataFrame:
        table = pd.DataFrame(self._matrix, columns=self.classes)
        table.insert(0, "true", self.classes, allow_duplicates=True)  # a class may be called so
        return table

    def _draw(self, cases: Sequence[Case]) -> Image.Image:
        if not cases:
            return notice("No image has a pixel that is not void")
        return draw_cases(cases, self.classes, self.void)


def _accuracies(matrix: np.ndarray) -> np.ndarray:
    true = matrix.sum(axis=1)
    return np.where(true > 0, confusion.recall(matrix), np.nan)


def _by_iou(case: Case) -> tuple[float, str]:
    return case.mean_iou, case.image_path
