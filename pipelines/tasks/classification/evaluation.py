"""Measures a classifier of images."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image

from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.parts import Evaluation, Evaluator, Prediction, Row
from components.core.pictures import Tile, contact_sheet, notice, read_image
from components.core.tabular import write_csv
from components.evaluate.params import EvaluateParams
from pipelines.tasks.shared import confusion
from pipelines.tasks.shared.figures import plot_confusion
from pipelines.tasks.shared.gates import KappaGate
from pipelines.tasks.shared.ranking import Rankings, plot_rankings
from pipelines.tasks.shared.truth import true_classes

if TYPE_CHECKING:
    from components.core.served_model import ServedModel

TILES_IN_A_ROW = 6
EXPLAINED = 12
"""The most mistakes whose evidence is drawn."""
MISTAKE_COLUMNS = ("image_path", "label", "prediction", "confidence")
MISTAKES = Caption(
    "Worst mistakes",
    "The test samples that the model is surest of and wrong about.",
    "Samples with their true and predicted classes; mistakes.csv lists them.",
)
EVIDENCE = Caption(
    "Evidence in the worst mistakes",
    "What of a sample speaks for a class (red) or against it (blue): HiResCAM, Draelos and Carin "
    "(2020); below global average pooling it is Grad-CAM, Selvaraju et al. (2017).",
    "Each sample, then the same coloured for the class it was taken for and for the true one.",
)


class ClassEvaluator(Evaluator):
    """Accuracy, log loss, precision, recall and F1, from one confusion matrix."""

    evaluate: EvaluateParams
    gate: KappaGate

    def begin(self, model: ServedModel) -> ClassificationEvaluation:
        """An empty evaluation over the model's classes."""
        return ClassificationEvaluation(model.classes, self.evaluate.pictures)


@dataclass(frozen=True)
class Mistake:
    """An example that was taken for another class.

    Attributes:
        image: The encoded image.
        image_path: Where it came from.
        truth: Its class.
        prediction: The class it was taken for.
        confidence: The probability of that class, in [0, 1].
    """

    image: bytes
    image_path: str
    truth: str
    prediction: str
    confidence: float


class ClassificationEvaluation(Evaluation):
    """Accuracy, log loss, precision, recall and F1, and the most confident mistakes.

    Kept are three numbers an example and `pictures` images.
    """

    def __init__(self, classes: Sequence[str], pictures: int = 36) -> None:
        """Takes the classes in the order of the model's outputs, and how many mistakes to show."""
        self.classes = tuple(classes)
        self.pictures = pictures
        self._truth: list[np.ndarray] = []
        self._predicted: list[np.ndarray] = []
        self._log_losses: list[np.ndarray] = []
        self._rankings = Rankings(self.classes)
        self._mistakes: list[Mistake] = []

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with `image`, `image_path` and `label`.
            outputs: `probabilities`, float32 `[len(rows), classes]`.

        Raises:
            ConvoyError: When a label is none of the classes, or a probability is not finite;
                names the first such image.
        """
        probabilities = outputs["probabilities"]
        truth = true_classes(rows, probabilities, self.classes)
        prediction = probabilities.argmax(axis=1)
        self._truth.append(truth)
        self._predicted.append(prediction)
        self._log_losses.append(log_losses(truth, probabilities))
        self._rankings.update(truth, probabilities)
        mistakes = (
            self._mistake(rows[at], prediction[at], probabilities[at])
            for at in np.flatnonzero(truth != prediction).tolist()
        )
        self._mistakes = heapq.nlargest(
            self.pictures, [*self._mistakes, *mistakes], key=lambda mistake: mistake.confidence
        )

    def metrics(self) -> dict[str, float]:
        """The metrics of all examples; means over the classes begin with `macro_`.

        A class that is neither true nor predicted for any example has no metrics of its own
        and is left out of the means.

        Returns:
            `accuracy`, `log_loss` (natural logarithm), `macro_precision`, `macro_recall`,
            `macro_f1`, `examples`, and `precision/<class>`, `recall/<class>`, `f1/<class>`;
            Cohen's `kappa`, the accuracy beyond chance, unless all are of one class.

        Raises:
            ConvoyError: When there were no examples.
        """
        if not self.examples:
            raise ConvoyError("evaluate: there are no examples to measure")
        return self.metrics_of(np.arange(self.examples))

    @property
    def examples(self) -> int:
        """All that were taken in."""
        return sum(map(len, self._truth))

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """Those of `metrics` over some examples."""
        matrix = self._matrix(chosen)
        per_class = _per_class(matrix)
        means = {f"macro_{name}": confusion.mean_over_classes(v) for name, v in per_class.items()}
        overall = {
            "accuracy": confusion.accuracy(matrix),
            "log_loss": float(_joined(self._log_losses)[chosen].mean()),
            "examples": len(chosen),
        }
        kappa = confusion.kappa(matrix)
        beyond_chance = {} if np.isnan(kappa) else {"kappa": kappa}
        return overall | beyond_chance | means | dict(self._named(per_class))

    def report(self, folder: Path) -> None:
        """Writes tables and pictures.

        `confusion.csv` has one row an example, which DVC's template `confusion` counts;
        `classes.csv` one row a class; `mistakes.csv` and `mistakes.png` the most confident
        mistakes; `confusion.png` the confusion matrix; `ranking.png` the ROC and precision-recall
        curves of each class.
        """
        matrix = self._matrix(np.arange(self.examples))
        write_csv(self._confused(matrix), folder / "confusion.csv")
        write_csv(self._of_classes(matrix), folder / "classes.csv")
        write_csv(self._mistaken(), folder / "mistakes.csv")
        plot_confusion(matrix, self.classes, folder / "confusion.png")
        save_picture(self._draw_mistakes(), folder / "mistakes.png", MISTAKES)
        if curves := list(self._rankings.curves()):
            plot_rankings(curves, folder / "ranking.png")

    def explain(self, model: Path, folder: Path) -> None:
        """Writes `evidence.png`: what of the worst mistakes speaks for either class.

        There is none where there are no mistakes, or the network has no maps.
        """
        mistakes = self._mistakes[:EXPLAINED]
        if not mistakes:
            return
        from models.shared.loading import KERAS_FILE, load_network
        from pipelines.tasks.shared.evidence import evidence_in

        network = load_network(model / KERAS_FILE)
        named = [name for each in mistakes for name in (each.prediction, each.truth)]
        answers = np.eye(len(self.classes))[[self.classes.index(name) for name in named]]
        twice = [each.image for each in mistakes for _ in range(2)]
        maps = evidence_in(network, twice, answers)
        if maps is not None:
            save_picture(draw_evidence(mistakes, maps), folder / "evidence.png", EVIDENCE)

    def _mistake(self, row: Row, prediction: int, probabilities: np.ndarray) -> Mistake:
        return Mistake(
            image=row["image"],
            image_path=row["image_path"],
            truth=row["label"],
            prediction=self.classes[prediction],
            confidence=float(probabilities[prediction]),
        )

    def _matrix(self, chosen: np.ndarray) -> np.ndarray:
        truth, predicted = _joined(self._truth)[chosen], _joined(self._predicted)[chosen]
        return confusion.confusion_matrix(truth, predicted, len(self.classes))

    def _named(self, per_class: Mapping[str, np.ndarray]) -> Iterator[tuple[str, float]]:
        for metric, values in per_class.items():
            for name, value in zip(self.classes, values, strict=True):
                if not np.isnan(value):  # JSON has no NaN
                    yield f"{metric}/{name}", float(value)

    def _confused(self, matrix: np.ndarray) -> pd.DataFrame:
        names = ["actual", "predicted"]
        pairs = pd.MultiIndex.from_product([self.classes, self.classes], names=names)
        return pairs.repeat(matrix.ravel()).to_frame(index=False)

    def _of_classes(self, matrix: np.ndarray) -> pd.DataFrame:
        examples = matrix.sum(axis=1)
        return pd.DataFrame({"class": self.classes, "examples": examples, **_per_class(matrix)})

    def _mistaken(self) -> pd.DataFrame:
        rows = [(m.image_path, m.truth, m.prediction, m.confidence) for m in self._mistakes]
        return pd.DataFrame(rows, columns=list(MISTAKE_COLUMNS))

    def _draw_mistakes(self) -> Image.Image:
        examples = self.examples
        if not self._mistakes:
            return notice(f"No mistakes in {examples:,} examples")
        wrong = int((_joined(self._truth) != _joined(self._predicted)).sum())
        return contact_sheet(
            [
                (read_image(m.image), f"{m.truth} → {m.prediction}\n{m.confidence:.1%}")
                for m in self._mistakes
            ],
            TILES_IN_A_ROW,
            headline=f"Mistakes in {wrong:,} of {examples:,} examples, the most "
            "confident first: true class → prediction, its probability",
        )


def draw_evidence(mistakes: Sequence[Mistake], maps: np.ndarray) -> Image.Image:
    """Each mistake, and over it the evidence for the class it was taken for and the true one.

    Args:
        mistakes: One at least.
        maps: float `[2 * mistakes, rows, columns]`, in this order.
    """
    from components.core.overlays import overlay

    tiles: list[Tile] = []
    for mistake, said, true in zip(mistakes, maps[::2], maps[1::2], strict=True):
        image = read_image(mistake.image)
        tiles += [
            (image, f"{mistake.truth} → {mistake.prediction}\n{mistake.confidence:.1%}"),
            (overlay(image, said), f"for {mistake.prediction}"),
            (overlay(image, true), f"for {mistake.truth}"),
        ]
    return contact_sheet(tiles, TILES_IN_A_ROW)


def _per_class(matrix: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "precision": confusion.precision(matrix),
        "recall": confusion.recall(matrix),
        "f1": confusion.f1(matrix),
    }


def _joined(batches: Sequence[np.ndarray]) -> np.ndarray:
    """The numbers of all examples; none without batches."""
    return np.concatenate(batches) if batches else np.zeros(0, np.int64)


def log_losses(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The negative natural logarithm of the true class's probability.

    Args:
        truth: Class indices, int64 `[batch]`.
        probabilities: float32 `[batch, classes]`; values below the precision of float32,
            1.2e-7, count as that, as in scikit-learn's `log_loss`.

    Returns:
        float64 `[batch]`.
    """
    of_truth = np.take_along_axis(probabilities, truth[:, None], axis=1)[:, 0]
    return -np.log(np.maximum(of_truth, np.finfo(np.float32).eps), dtype=np.float64)
