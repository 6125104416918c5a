"""Measures a model that gives the probability of one of two classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import Field

from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.images import light
from components.core.parts import Evaluation, Evaluator, Prediction, Row
from components.core.pictures import read_image
from components.core.tabular import write_csv
from components.evaluate.params import EvaluateParams, GateParams, Threshold
from pipelines.tasks.binary.cases import Case, Cases
from pipelines.tasks.binary.figures import plot_calibration, plot_ranking
from pipelines.tasks.binary.labels import AREA
from pipelines.tasks.binary.metrics import (
    best_threshold,
    binary_metrics,
    calibration_table,
    expected_calibration_error,
    has_both,
    metrics_at,
)
from pipelines.tasks.binary.slices import measure_conditions
from pipelines.tasks.binary.threshold import THRESHOLD
from pipelines.tasks.shared.confusion import confusion_matrix
from pipelines.tasks.shared.figures import plot_confusion
from pipelines.tasks.shared.truth import true_classes

if TYPE_CHECKING:
    from components.core.served_model import ServedModel


class BinaryGate(GateParams):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. By default a
            model must be better than chance, of which the area under the ROC curve is 0.5.
    """

    thresholds: dict[str, Threshold] = Field({"roc_auc": Threshold(min=0.6)}, min_length=1)


class BinaryEvaluator(Evaluator):
    """Accuracy, areas under ROC and precision-recall curves, calibration, slices."""

    evaluate: EvaluateParams
    gate: BinaryGate

    def begin(self, model: ServedModel) -> BinaryEvaluation:
        """An empty evaluation over the model's classes."""
        return BinaryEvaluation(model.classes, self.evaluate.pictures)


class BinaryEvaluation(Evaluation):
    """Accuracy, ranking, calibration, slices, and the most confident hits and mistakes.

    Kept are the path and a few numbers of every example, and up to `pictures` images of each
    pair of a true and a predicted class.
    """

    needs_validation = True

    def __init__(self, classes: Sequence[str], pictures: int = 36) -> None:
        """Takes the negative and the positive class, and how many mistakes to show."""
        self.classes = tuple(classes)
        self._threshold: float | None = None
        self._batches: list[pd.DataFrame] = []
        self._cases = Cases(self.classes, pictures)

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with `image`, `image_path`, `label` and `person_area`, the
                share of the image that people cover; None where it is not known.
            outputs: `probability` of the positive class, float32 `[len(rows)]`.

        Raises:
            ConvoyError: When a label is none of the classes, or a probability is not finite;
                names the first such image.
        """
        probabilities = outputs["probability"]
        labels = true_classes(rows, probabilities, self.classes).tolist()
        columns = {
            "image_path": [row["image_path"] for row in rows],
            "label": labels,
            "probability": probabilities,
            "brightness": [brightness(row["image"]) for row in rows],
            AREA: np.array([row[AREA] for row in rows], np.float64),
        }
        self._batches.append(pd.DataFrame(columns))
        self._cases.add(
            Case(row["image"], row["image_path"], label, float(probability))
            for row, label, probability in zip(rows, labels, probabilities, strict=True)
        )

    def tune(self, validation: Evaluation) -> None:
        """Takes from the validation split the threshold with the best F1."""
        assert isinstance(validation, BinaryEvaluation)
        self._threshold = best_threshold(*validation._scores())

    def metrics(self) -> dict[str, float]:
        """The metrics over all examples.

        Returns:
            Those of `binary_metrics`, those of `metrics_at` for the threshold chosen on the
            validation split, if one was, and `examples`.

        Raises:
            ConvoyError: When there were no examples.
        """
        return self._measure(*self._scores())

    @property
    def examples(self) -> int:
        """All that were taken in."""
        return sum(map(len, self._batches))

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """Those of `metrics` over some examples."""
        labels, probabilities = self._scores()
        return self._measure(labels[chosen], probabilities[chosen])

    def _measure(self, labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
        metrics = binary_metrics(labels, probabilities)
        if self._threshold is not None:
            metrics |= metrics_at(self._threshold, labels, probabilities)
        return {**metrics, "examples": len(labels)}

    def report(self, folder: Path) -> None:
        """Writes tables and pictures.

        `probabilities.parquet` has the one column `probability`, float32, and
        `predictions.csv` what its rows are about; `confusion.csv` has a row an example, which
        DVC's template `confusion` counts; `calibration.csv` a row a bin, `slices.csv` a row a
        slice by brightness or by the area of people, `mistakes.csv` a row a mistake, the most
        confident ones first. `confusion.png`, `calibration.png`, `ranking.png` (where both
        classes occur) and `mistakes.png` show them.
        """
        examples = self._examples()
        labels, probabilities = self._scores()
        self._report_predictions(examples, folder)
        write_csv(measure_conditions(examples), folder / "slices.csv")
        calibration = calibration_table(labels, probabilities)
        write_csv(calibration, folder / "calibration.csv")
        error = expected_calibration_error(labels, probabilities)
        plot_calibration(calibration, error, folder / "calibration.png")
        if has_both(labels):
            plot_ranking(labels, probabilities, self._threshold, folder / "ranking.png")
        self._report_mistakes(folder)

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

    def _examples(self) -> pd.DataFrame:
        if not self._batches:
            raise ConvoyError("evaluate: there are no examples to measure")
        if len(self._batches) > 1:
            self._batches = [pd.concat(self._batches, ignore_index=True)]
        return self._batches[0]

    def _scores(self) -> tuple[np.ndarray, np.ndarray]:
        """Labels and probabilities of all examples."""
        examples = self._examples()
        return examples["label"].to_numpy(), examples["probability"].to_numpy()

    def _report_predictions(self, examples: pd.DataFrame, folder: Path) -> None:
        examples[["probability"]].to_parquet(folder / "probabilities.parquet", index=False)
        truth = examples["label"]
        prediction = (examples["probability"] >= THRESHOLD).astype(int)
        names = dict(enumerate(self.classes))
        pairs = {"actual": truth.map(names), "predicted": prediction.map(names)}
        write_csv(pd.DataFrame(pairs), folder / "confusion.csv")
        write_csv(examples.assign(label=pairs["actual"]), folder / "predictions.csv")
        matrix = confusion_matrix(truth.to_numpy(), prediction.to_numpy(), len(self.classes))
        plot_confusion(matrix, self.classes, folder / "confusion.png")

    def _report_mistakes(self, folder: Path) -> None:
        rows = [
            (case.image_path, self.classes[case.truth], case.probability)
            for case in self._cases.mistakes()
        ]
        table = pd.DataFrame(rows, columns=["image_path", "label", "probability"])
        write_csv(table, folder / "mistakes.csv")
        caption = Caption(
            "Worst mistakes",
            "The test samples that the model is surest of and wrong about.",
            "Samples with their true and predicted classes; mistakes.csv lists them.",
        )
        save_picture(self._cases.draw_mistakes(), folder / "mistakes.png", caption)


def brightness(image: bytes) -> float:
    """The mean luma of an encoded image, in [0, 1]."""
    return light(read_image(image))[0]
