"""Measures a model that gives the probability of one of two classes of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from components.core.captions import Caption, save_picture
from components.core.images import light
from components.core.parts import Evaluator, Row
from components.core.pictures import read_image
from components.core.tabular import write_csv
from components.evaluate.params import EvaluateParams
from pipelines.tasks.binary.cases import ImageCases
from pipelines.tasks.binary.labels import AREA
from pipelines.tasks.binary.slices import measure_conditions
from pipelines.tasks.shared.binary.evaluation import BinaryGate, TwoClassEvaluation

if TYPE_CHECKING:
    from components.core.served_model import ServedModel


class BinaryEvaluator(Evaluator):
    """Accuracy, areas under ROC and precision-recall curves, calibration, slices."""

    evaluate: EvaluateParams
    gate: BinaryGate

    def begin(self, model: ServedModel) -> BinaryEvaluation:
        """An empty evaluation over the model's classes."""
        return BinaryEvaluation(model.classes, self.evaluate.pictures)


class BinaryEvaluation(TwoClassEvaluation):
    """Accuracy, ranking, calibration, slices, and the most confident hits and mistakes.

    Rows have `person_area` beside the image, the share of it that people cover; None where it is
    not known.
    """

    column = "image"
    _cases: ImageCases

    def __init__(self, classes: Sequence[str], pictures: int = 36) -> None:
        """Takes the negative and the positive class, and how many mistakes to show."""
        super().__init__(ImageCases(classes, pictures))

    def facts(self, rows: Sequence[Row]) -> Mapping[str, Any]:
        """`brightness` in [0, 1] and `person_area`."""
        return {
            "brightness": [brightness(row["image"]) for row in rows],
            AREA: np.array([row[AREA] for row in rows], np.float64),
        }

    def draw_mistakes(self) -> Image.Image:
        """The images with their true and predicted classes."""
        return self._cases.draw_mistakes()

    def report(self, folder: Path) -> None:
        """Writes, too, `slices.csv`: a row a slice by brightness or by the area of people."""
        super().report(folder)
        write_csv(measure_conditions(self._examples()), folder / "slices.csv")

    def explain(self, model: Path, folder: Path) -> None:
        """Writes `evidence_correct.png` and `evidence_wrong.png`.

        They show the most confident hits and mistakes beside their activation maps.
        """
        from models.shared.loading import KERAS_FILE, load_network

        network = load_network(model / KERAS_FILE)
        for correct, name in ((True, "correct"), (False, "wrong")):
            caption = Caption(
                f"Evidence, {name} predictions",
                "What in a sample speaks for the class and against it: class activation maps.",
                f"The surest {name} predictions beside their activation maps.",
            )
            sheet = self._cases.draw_evidence(network, correct=correct)
            save_picture(sheet, folder / f"evidence_{name}.png", caption)


def brightness(image: bytes) -> float:
    """The mean luma of an encoded image, in [0, 1]."""
    return light(read_image(image))[0]
