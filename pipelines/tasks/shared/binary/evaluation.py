"""Measures a model that gives the probability of one of two classes, whatever the samples are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.parts import Evaluation, Prediction, Row
from components.core.tabular import write_csv
from components.evaluate.params import GateParams, Threshold
from pipelines.tasks.shared.binary.cases import Case, Cases
from pipelines.tasks.shared.binary.figures import plot_calibration, plot_ranking
from pipelines.tasks.shared.binary.metrics import (
    best_threshold,
    binary_metrics,
    calibration_table,
    expected_calibration_error,
    has_both,
    metrics_at,
)
from pipelines.tasks.shared.binary.threshold import THRESHOLD
from pipelines.tasks.shared.confusion import confusion_matrix
from pipelines.tasks.shared.figures import plot_confusion
from pipelines.tasks.shared.truth import true_classes

if TYPE_CHECKING:
    from PIL import Image


class BinaryGate(GateParams):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. By default a
            model must be better than chance, of which the area under the ROC curve is 0.5.
    """

    thresholds: dict[str, Threshold] = Field({"roc_auc": Threshold(min=0.6)}, min_length=1)


class TwoClassEvaluation(Evaluation):
    """Accuracy, ranking, calibration, and the most confident hits and mistakes.

    Kept are the path and a few numbers of every example, and some samples of each pair of a true
    and a predicted class.

    Attributes:
        column: The column of the encoded sample.
    """

    needs_validation = True

    column: ClassVar[str]

    def __init__(self, cases: Cases) -> None:
        """Takes what keeps the surest cases, and knows the negative and the positive class."""
        self.classes = tuple(cases.classes)
        self._threshold: float | None = None
        self._batches: list[pd.DataFrame] = []
        self._cases = cases

    def facts(self, rows: Sequence[Row]) -> Mapping[str, Any]:
        """Further columns of `predictions.csv`, a value a row each; none by default."""
        return {}

    @abstractmethod
    def draw_mistakes(self) -> Image.Image:
        """A picture of the surest mistakes."""

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with the sample, where it came from, and `label`.
            outputs: `probability` of the positive class, float32 `[len(rows)]`.

        Raises:
            ConvoyError: When a label is none of the classes, or a probability is not finite;
                names the first such sample.
        """
        probabilities = outputs["probability"]
        labels = true_classes(rows, probabilities, self.classes, self._path).tolist()
        paths = [row[self._path] for row in rows]
        columns = {self._path: paths, "label": labels, "probability": probabilities}
        self._batches.append(pd.DataFrame({**columns, **self.facts(rows)}))
        self._cases.add(
            Case(row[self.column], row[self._path], label, float(probability))
            for row, label, probability in zip(rows, labels, probabilities, strict=True)
        )

    def tune(self, validation: Evaluation) -> None:
        """Takes from the validation split the threshold with the best F1."""
        assert isinstance(validation, TwoClassEvaluation)
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
        DVC's template `confusion` counts; `calibration.csv` a row a bin, `mistakes.csv` a row a
        mistake, the most confident ones first. `confusion.png`, `calibration.png`, `ranking.png`
        (where both classes occur) and `mistakes.png` show them.
        """
        labels, probabilities = self._scores()
        self._report_predictions(folder)
        calibration = calibration_table(labels, probabilities)
        write_csv(calibration, folder / "calibration.csv")
        error = expected_calibration_error(labels, probabilities)
        plot_calibration(calibration, error, folder / "calibration.png")
        if has_both(labels):
            plot_ranking(labels, probabilities, self._threshold, folder / "ranking.png")
        self._report_mistakes(folder)

    @property
    def _path(self) -> str:
        """The column that says where a sample came from."""
        return f"{self.column}_path"

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

    def _report_predictions(self, folder: Path) -> None:
        examples = self._examples()
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
            (case.path, self.classes[case.truth], case.probability)
            for case in self._cases.mistakes()
        ]
        table = pd.DataFrame(rows, columns=[self._path, "label", "probability"])
        write_csv(table, folder / "mistakes.csv")
        caption = Caption(
            "Worst mistakes",
            "The test samples that the model is surest of and wrong about.",
            "Samples with their true and predicted classes; mistakes.csv lists them.",
        )
        save_picture(self.draw_mistakes(), folder / "mistakes.png", caption)
