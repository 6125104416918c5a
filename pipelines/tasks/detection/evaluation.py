"""Measures a model that finds objects."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import Field

from components.core.boxes import area
from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.parts import Evaluation, Evaluator, Prediction, Row
from components.core.pictures import notice
from components.core.tabular import write_csv
from components.evaluate.params import EvaluateParams, GateParams, Threshold
from pipelines.tasks.detection.params import Shown
from pipelines.tasks.detection.pictures import PAIR, Case, draw_cases, plot_curves, plot_sizes
from pipelines.tasks.shared.boxes.matching import Counts, Matched, confusion, count, f1, match
from pipelines.tasks.shared.boxes.objects import Found, Truth, read_found, read_truth
from pipelines.tasks.shared.boxes.pascal import mean_precisions
from pipelines.tasks.shared.figures import plot_confusion

if TYPE_CHECKING:
    from components.core.served_model import ServedModel
    from pipelines.tasks.shared.boxes.coco import CocoMeasures

BACKGROUND = "background"


class BoxGate(GateParams):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. By default a model
            must find something.
    """

    thresholds: dict[str, Threshold] = Field({"ap50": Threshold(min=0.1)}, min_length=1)


class BoxEvaluator(Evaluator):
    """Average precision, and what is found, missed and confused."""

    evaluate: EvaluateParams
    gate: BoxGate
    show: Shown = Shown()

    def begin(self, model: ServedModel) -> Evaluation:
        """Measures boxes in pixels of the images as they came."""
        return BoxEvaluation(model.classes, self.show.confidence, self.evaluate.pictures)


class BoxEvaluation(Evaluation):
    """COCO's and Pascal VOC's average precision, and the best and worst images.

    Kept are the boxes of all images, and the few images that are shown.
    """

    def __init__(self, classes: Sequence[str], confidence: float, pictures: int = 36) -> None:
        """Starts with no images.

        Args:
            classes: Names of the classes in the order of their indices.
            confidence: How sure the model must be of a box that counts for what is shown; for
                average precision all count.
            pictures: How many to show, two an image, half of the images best, half worst.
        """
        self.classes = tuple(classes)
        self.confidence = confidence
        self.shown = max(pictures // (2 * PAIR), 1)
        self.truths: list[Truth] = []
        self.founds: list[Found] = []
        self._matched: list[Matched] = []
        self._counts: list[Counts] = []
        self._scores: list[tuple[str, int, int, float]] = []
        self._best: list[Case] = []
        self._worst: list[Case] = []

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with `image`, `image_path` and the columns of boxes.
            outputs: `boxes`, `scores`, `classes` and `count`, as the model serves them.

        Raises:
            ConvoyError: When a label is none of the model's classes, or a number of the model is
                not finite; names the image.
        """
        cases = [
            self._measure(row, {name: values[at] for name, values in outputs.items()})
            for at, row in enumerate(rows)
        ]
        told = [case for case in cases if not np.isnan(case.f1)]
        self._best = heapq.nlargest(self.shown, [*self._best, *told], _by_f1)
        self._worst = heapq.nsmallest(self.shown, [*self._worst, *told], _by_f1)

    def metrics(self) -> dict[str, float]:
        """The metrics over all images; what their truths do not define is left out.

        Returns:
            Those of `CocoMeasures.metrics`; `pascal_ap50` and `pascal_11_point_ap50`, Pascal
            VOC's; `f1`, of the boxes that are shown, at an IoU of 0.5; `images`, `boxes`, how many
            there are, those that do not count left out.

        Raises:
            ConvoyError: When there were no images.
        """
        return {
            **self._coco.metrics(),
            **mean_precisions(self.truths, self.founds, len(self.classes)),
            **self._shown_f1(np.ones(self.examples, np.int64)),
            "images": self.examples,
            "boxes": sum(int((~each.ignored).sum()) for each in self.truths),
        }

    @property
    def examples(self) -> int:
        """All images."""
        return len(self.truths)

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """`ap`, `ap50`, `ap75`, those of classes, and `f1`, over some images."""
        times = np.bincount(chosen, minlength=self.examples)
        return {**self._coco.metrics_of(times), **self._shown_f1(times)}

    def report(self, folder: Path) -> None:
        """Writes tables and pictures.

        `images.csv` has a row an image, the worst first; `confusion_matrix.csv` the shown boxes of
        each true class (row) by found class, `background` where there is none, `confusion.png` its
        picture; `precision_recall.png` a curve a class; `sizes.png` what is found and missed by
        size; `best.png` and `worst.png` show images with true and found boxes.
        """
        write_csv(self._image_table(), folder / "images.csv")
        names = [*self.classes, BACKGROUND]
        matrix = self._confusion()
        table = pd.DataFrame(matrix, columns=names)
        table.insert(0, "true", names, allow_duplicates=True)  # a class may be called so
        write_csv(table, folder / "confusion_matrix.csv")
        plot_confusion(matrix, names, folder / "confusion.png")
        plot_curves(self._coco, self.classes, folder / "precision_recall.png")
        plot_sizes(*self._sides(), folder / "sizes.png")
        for name, cases in (("best", self._best), ("worst", self._worst)):
            caption = Caption(
                f"{name.capitalize()} images",
                f"The test images of the {name} F1 of shown boxes; pale ones do not count.",
                "Images with their true boxes, beside the same with those that the model finds.",
            )
            sheet = draw_cases(cases, self.classes) if cases else notice("No image has a box")
            save_picture(sheet, folder / f"{name}.png", caption)

    @cached_property
    def _coco(self) -> CocoMeasures:
        if not self.truths:
            raise ConvoyError("evaluate: there are no images to measure")
        from pipelines.tasks.shared.boxes.coco import CocoMeasures

        return CocoMeasures(self.truths, self.founds, self.classes)

    def _measure(self, row: Row, prediction: Prediction) -> Case:
        truth, found = read_truth(row, self.classes), read_found(prediction)
        if not (np.isfinite(found.boxes).all() and np.isfinite(found.scores).all()):
            raise ConvoyError(f"{row['image_path']}: a number of the model is not finite")
        self.__dict__.pop("_coco", None)
        shown = found.above(self.confidence)
        matched = match(truth, shown)
        case = Case(row, shown, f1(truth, shown, matched))
        self.truths.append(truth)
        self.founds.append(found)
        self._matched.append(matched)
        self._counts.append(count(truth, shown, matched))
        missed, false = len(matched.missed), len(matched.false)
        self._scores.append((row["image_path"], missed, false, case.f1))
        return case

    def _shown(self, at: int) -> Found:
        return self.founds[at].above(self.confidence)

    def _shown_f1(self, times: np.ndarray) -> dict[str, float]:
        right, total = times @ np.array(self._counts, np.int64)
        return {"f1": float(2 * right / total)} if total else {}

    def _confusion(self) -> np.ndarray:
        matrices = [
            confusion(truth, self._shown(at), self._matched[at], len(self.classes))
            for at, truth in enumerate(self.truths)
        ]
        return np.sum(matrices, axis=0)

    def _sides(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Roots of the areas of objects that are found, missed and false."""
        sides: tuple[list[float], ...] = ([], [], [])
        for at, (truth, matched) in enumerate(zip(self.truths, self._matched, strict=True)):
            true, guessed = np.sqrt(area(truth.boxes)), np.sqrt(area(self._shown(at).boxes))
            sides[0].extend(true[[pair[0] for pair in matched.pairs]])
            sides[1].extend(true[matched.missed])
            sides[2].extend(guessed[matched.false])
        found, missed, false = (np.array(each) for each in sides)
        return found, missed, false

    def _image_table(self) -> pd.DataFrame:
        table = pd.DataFrame(self._scores, columns=["image_path", "missed", "false", "f1"])
        return table.sort_values(["f1", "image_path"])


def _by_f1(case: Case) -> tuple[float, str]:
    return case.f1, case.row["image_path"]
