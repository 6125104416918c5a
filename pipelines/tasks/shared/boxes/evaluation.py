"""What is measured of every model that finds objects, whether as boxes or as regions."""

from __future__ import annotations

import heapq
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.parts import Evaluation, Prediction, Row
from components.core.pictures import Tile, notice
from components.core.tabular import write_csv
from pipelines.tasks.shared.boxes.matching import Counts, Matched, confusion, count, f1, match
from pipelines.tasks.shared.boxes.objects import Found, Truth
from pipelines.tasks.shared.boxes.pictures import PAIR, Case, draw_cases, plot_curves, plot_sizes
from pipelines.tasks.shared.figures import plot_confusion

if TYPE_CHECKING:
    from PIL import Image

    from pipelines.tasks.shared.boxes.coco import CocoMeasures, Kind

BACKGROUND = "background"


class ObjectEvaluation(Evaluation):
    """What is found, missed and confused, and the best and worst images.

    Kept are the objects of all images, and the few images that are shown.

    Attributes:
        kind: What of the objects is compared.
        noun: What they are called in pictures.
        overlap: What their intersection over union is called there.
    """

    kind: ClassVar[Kind]
    noun: ClassVar[str]
    overlap: ClassVar[str] = "an IoU"

    def __init__(self, classes: Sequence[str], confidence: float, pictures: int = 36) -> None:
        """Starts with no images.

        Args:
            classes: Names of the classes in the order of their indices.
            confidence: How sure the model must be of an object that counts for what is shown;
                for average precision all count.
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
        self._measures: dict[Kind, CocoMeasures] = {}

    @abstractmethod
    def read(self, row: Row, prediction: Prediction) -> tuple[Truth, Found]:
        """The true and the found objects of an image.

        Raises:
            ConvoyError: When they cannot be read; names the image.
        """

    @abstractmethod
    def draw(self, case: Case) -> tuple[Tile, Tile]:
        """An image with its true objects and with those that are found, with captions."""

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with `image`, `image_path` and the columns of objects.
            outputs: As the model serves them: `boxes`, `scores`, `classes`, `count` and what
                else `read` asks for.

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

    @property
    def examples(self) -> int:
        """All images."""
        return len(self.truths)

    def coco(self, kind: Kind) -> CocoMeasures:
        """COCO's measures of boxes or regions.

        Raises:
            ConvoyError: When there were no images.
        """
        if not self.truths:
            raise ConvoyError("evaluate: there are no images to measure")
        from pipelines.tasks.shared.boxes.coco import CocoMeasures

        if kind not in self._measures:
            self._measures[kind] = CocoMeasures(self.truths, self.founds, self.classes, kind)
        return self._measures[kind]

    def shown_in(self, at: int) -> Found:
        """The objects of an image of which the model is sure enough."""
        return self.founds[at].above(self.confidence)

    def shown_f1(self, times: np.ndarray) -> dict[str, float]:
        """`f1` of the objects that are shown; nothing where there is none.

        Args:
            times: How often each image counts, int64 `[images]`.
        """
        right, total = times @ np.array(self._counts, np.int64)
        return {"f1": float(2 * right / total)} if total else {}

    @property
    def wanted(self) -> int:
        """How many true objects there are, those that do not count left out."""
        return sum(int((~each.ignored).sum()) for each in self.truths)

    def report(self, folder: Path) -> None:
        """Writes tables and pictures.

        `images.csv` has a row an image, the worst first; `confusion_matrix.csv` the shown objects
        of each true class (row) by found class, `background` where there is none, `confusion.png`
        its picture; `precision_recall.png` a curve a class; `sizes.png` what is found and missed
        by size; `best.png` and `worst.png` show images with true and found objects.
        """
        write_csv(self._image_table(), folder / "images.csv")
        names = [*self.classes, BACKGROUND]
        matrix = self._confusion()
        table = pd.DataFrame(matrix, columns=names)
        table.insert(0, "true", names, allow_duplicates=True)  # a class may be called so
        write_csv(table, folder / "confusion_matrix.csv")
        plot_confusion(matrix, names, folder / "confusion.png")
        png = folder / "precision_recall.png"
        plot_curves(self.coco(self.kind), self.classes, png, self.overlap)
        plot_sizes(*self._sides(), folder / "sizes.png", self.noun, self.overlap)
        for name, cases in (("best", self._best), ("worst", self._worst)):
            caption = Caption(
                f"{name.capitalize()} images",
                f"The test images of the {name} F1 of shown {self.noun}; pale ones do not count.",
                f"Images with their true {self.noun}, beside the same with those that the model "
                "finds.",
            )
            save_picture(self._sheet(cases), folder / f"{name}.png", caption)

    def _sheet(self, cases: Sequence[Case]) -> Image.Image:
        if not cases:
            return notice("No image has an object")
        return draw_cases([tile for case in cases for tile in self.draw(case)])

    def _measure(self, row: Row, prediction: Prediction) -> Case:
        count_of = int(prediction["count"])
        if not all(np.isfinite(prediction[name][:count_of]).all() for name in ("boxes", "scores")):
            raise ConvoyError(f"{row['image_path']}: a number of the model is not finite")
        truth, found = self.read(row, prediction)
        self._measures.clear()
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

    def _confusion(self) -> np.ndarray:
        matrices = [
            confusion(truth, self.shown_in(at), self._matched[at], len(self.classes))
            for at, truth in enumerate(self.truths)
        ]
        return np.sum(matrices, axis=0)

    def _sides(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Roots of the areas of objects that are found, missed and false."""
        sides: tuple[list[float], ...] = ([], [], [])
        for at, (truth, matched) in enumerate(zip(self.truths, self._matched, strict=True)):
            true, guessed = np.sqrt(truth.sizes), np.sqrt(self.shown_in(at).sizes)
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
