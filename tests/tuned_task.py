"""The brightness from which on an image counts as bright is chosen on the validation split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from components.core.parts import Evaluation, Evaluator, Prediction, Row
from pipelines.tasks.classification import TASK as CLASSIFICATION

if TYPE_CHECKING:
    from components.core.served_model import ServedModel


class TunedEvaluation(Evaluation):
    """`tuned_accuracy`, only where the threshold was tuned."""

    needs_validation = True

    def __init__(self) -> None:
        self.bright: list[bool] = []
        self.scores: list[float] = []
        self.threshold: float | None = None

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        self.bright += [row["label"] == "bright" for row in rows]
        self.scores += outputs["probabilities"][:, 1].tolist()

    def tune(self, validation: Evaluation) -> None:
        assert isinstance(validation, TunedEvaluation)
        self.threshold = max(validation.scores, key=validation.accuracy)

    def accuracy(self, threshold: float) -> float:
        return float(np.mean((np.array(self.scores) >= threshold) == self.bright))

    def metrics(self) -> dict[str, float]:
        tuned = self.threshold is not None and {"tuned_accuracy": self.accuracy(self.threshold)}
        return {"examples": len(self.scores), **(tuned or {})}

    def report(self, folder: Path) -> None:
        (folder / "report.txt").touch()

    def explain(self, model: Path, folder: Path) -> None:
        (folder / "explained.txt").write_text(model.name)


class TunedEvaluator(Evaluator):
    """Begins such evaluations."""

    def begin(self, model: ServedModel) -> TunedEvaluation:
        return TunedEvaluation()


TASK = replace(CLASSIFICATION, evaluation=TunedEvaluator)
