"""Measures a model that finds objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from components.core.parts import Evaluation, Evaluator, Prediction, Row
from components.core.pictures import Tile, read_image
from components.evaluate.params import EvaluateParams, GateParams, Threshold
from pipelines.tasks.shared.boxes.drawing import draw_truth
from pipelines.tasks.shared.boxes.evaluation import ObjectEvaluation
from pipelines.tasks.shared.boxes.objects import Found, Truth, read_found, read_truth
from pipelines.tasks.shared.boxes.params import Shown
from pipelines.tasks.shared.boxes.pascal import mean_precisions
from pipelines.tasks.shared.boxes.pictures import Case, caption_tiles, draw_found

if TYPE_CHECKING:
    from components.core.served_model import ServedModel


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


class BoxEvaluation(ObjectEvaluation):
    """COCO's and Pascal VOC's average precision, and the best and worst images."""

    kind = "bbox"
    noun = "boxes"

    def read(self, row: Row, prediction: Prediction) -> tuple[Truth, Found]:
        """The boxes of an image."""
        return read_truth(row, self.classes), read_found(prediction)

    def draw(self, case: Case) -> tuple[Tile, Tile]:
        """An image with its true boxes and with those that are found."""
        image = read_image(case.row["image"])
        true = draw_truth(image, case.row, self.classes)
        return caption_tiles(case, true, draw_found(image, case.found, self.classes))

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
            **self.coco(self.kind).metrics(),
            **mean_precisions(self.truths, self.founds, len(self.classes)),
            **self.shown_f1(np.ones(self.examples, np.int64)),
            "images": self.examples,
            "boxes": self.wanted,
        }

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """`ap`, `ap50`, `ap75`, those of classes, and `f1`, over some images."""
        times = np.bincount(chosen, minlength=self.examples)
        return {**self.coco(self.kind).metrics_of(times), **self.shown_f1(times)}
