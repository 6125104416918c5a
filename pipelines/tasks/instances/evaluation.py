"""Measures a model that finds objects and their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from components.core.errors import ConvoyError
from components.core.parts import Evaluation, Evaluator, Prediction, Row
from components.core.pictures import Tile, read_image
from components.evaluate.params import EvaluateParams, GateParams, Threshold
from pipelines.tasks.instances import panoptic
from pipelines.tasks.instances.drawing import draw_found, draw_truth
from pipelines.tasks.instances.objects import read_found, read_size, read_truth
from pipelines.tasks.shared.boxes.evaluation import ObjectEvaluation
from pipelines.tasks.shared.boxes.objects import Found, Truth
from pipelines.tasks.shared.boxes.params import Shown
from pipelines.tasks.shared.boxes.pictures import Case, caption_tiles

if TYPE_CHECKING:
    from components.core.served_model import ServedModel
    from pipelines.tasks.shared.boxes.coco import Kind

PREFIXES: dict[Kind, str] = {"segm": "mask_", "bbox": "box_"}


class InstanceGate(GateParams):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. By default a model
            must find something.
    """

    thresholds: dict[str, Threshold] = Field({"mask_ap50": Threshold(min=0.1)}, min_length=1)


class InstanceEvaluator(Evaluator):
    """Average precision of masks and boxes, panoptic quality, and what is missed and confused."""

    evaluate: EvaluateParams
    gate: InstanceGate
    show: Shown = Shown()

    def begin(self, model: ServedModel) -> Evaluation:
        """Measures objects in pixels of the images as they came."""
        return InstanceEvaluation(model.classes, self.show.confidence, self.evaluate.pictures)


class InstanceEvaluation(ObjectEvaluation):
    """COCO's average precision of masks and of boxes, and panoptic quality."""

    kind = "segm"
    noun = "objects"
    overlap = "a mask IoU"

    def __init__(self, classes: Sequence[str], confidence: float, pictures: int = 36) -> None:
        """Takes what `ObjectEvaluation` takes."""
        super().__init__(classes, confidence, pictures)
        self._tallies: list[panoptic.Tally] = []

    def read(self, row: Row, prediction: Prediction) -> tuple[Truth, Found]:
        """The objects of an image with their regions.

        Raises:
            ConvoyError: Also when a mask cannot be read, or the model takes the image for one of
                another size.
        """
        size, told = read_size(row), tuple(prediction["size"].tolist())
        if size != told:
            raise ConvoyError(
                f"{row['image_path']}: is {size[0]} x {size[1]} pixels high and wide, the model "
                f"says {told[0]} x {told[1]}"
            )
        return read_truth(row, self.classes), read_found(prediction)

    def draw(self, case: Case) -> tuple[Tile, Tile]:
        """An image with its true objects and with those that are found."""
        image = read_image(case.row["image"])
        true = draw_truth(image, case.row, self.classes)
        return caption_tiles(case, true, draw_found(image, case.found, self.classes))

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch; see `ObjectEvaluation.update`."""
        before = self.examples
        super().update(rows, outputs)
        for at, row in enumerate(rows, before):
            size = read_size(row)
            truth = panoptic.of_truth(self.truths[at], size)
            found = panoptic.of_found(self.shown_in(at), size)
            self._tallies.append(panoptic.compare(truth, found, len(self.classes)))

    def metrics(self) -> dict[str, float]:
        """The metrics over all images; what their truths do not define is left out.

        Returns:
            Those of `CocoMeasures.metrics`, of masks as `mask_ap`, ..., of boxes as `box_ap`, ...;
            of the objects that are shown `f1`, at a mask IoU of 0.5, and `panoptic_quality` with
            its parts; `images`, `objects`, how many there are, those that do not count left out.

        Raises:
            ConvoyError: When there were no images.
        """
        return {
            **_named({kind: self.coco(kind).metrics() for kind in PREFIXES}),
            **self._of_shown(np.ones(self.examples, np.int64)),
            "images": self.examples,
            "objects": self.wanted,
        }

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """Average precision, also of classes, `f1` and panoptic quality over some images."""
        times = np.bincount(chosen, minlength=self.examples)
        measured = _named({kind: self.coco(kind).metrics_of(times) for kind in PREFIXES})
        return {**measured, **self._of_shown(times)}

    def _of_shown(self, times: np.ndarray) -> dict[str, float]:
        tally = panoptic.total(self._tallies, times)
        return {**self.shown_f1(times), **panoptic.panoptic_quality(tally)}


def _named(measured: dict[Kind, dict[str, float]]) -> dict[str, float]:
    return {
        PREFIXES[kind] + name: value
        for kind, values in measured.items()
        for name, value in values.items()
    }
