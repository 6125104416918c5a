"""Measures a model that gives the probability of one of two classes of texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from components.core.captions import Caption, save_picture
from components.core.parts import Evaluator, Prediction, Row
from components.core.pictures import Tile, contact_sheet, notice, write_words
from components.core.tabular import write_csv
from components.core.vocabulary import read_vocabulary
from components.evaluate.params import EvaluateParams
from components.samples.text import TextSample, count_words
from pipelines.tasks.sentiment.figures import length_table, plot_lengths, plot_phrases
from pipelines.tasks.shared.binary.cases import Case, Cases
from pipelines.tasks.shared.binary.evaluation import BinaryGate, TwoClassEvaluation
from pipelines.tasks.shared.binary.threshold import THRESHOLD

if TYPE_CHECKING:
    import keras

    from components.core.served_model import ServedModel

COLUMNS = 3
LINES = 9
KEPT = 1_000
"""Texts in which phrases are looked for."""
PHRASES = 50
"""Phrases of each class that the table has."""


class SentimentEvaluator(Evaluator):
    """Accuracy, areas under ROC and precision-recall curves, calibration, length, phrases."""

    evaluate: EvaluateParams
    gate: BinaryGate

    def begin(self, model: ServedModel) -> SentimentEvaluation:
        """An empty evaluation over the model's classes."""
        return SentimentEvaluation(model.classes, self.evaluate.pictures)


class SentimentEvaluation(TwoClassEvaluation):
    """Accuracy, ranking, calibration, length against error, and what the model goes by."""

    column = "text"

    def __init__(self, classes: Sequence[str], pictures: int = 36) -> None:
        """Takes the negative and the positive class, and how many mistakes to show."""
        super().__init__(Cases(classes, pictures))
        self._texts: list[bytes] = []

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch, and keeps the first texts."""
        super().update(rows, outputs)
        self._texts += [row[self.column] for row in rows[: KEPT - len(self._texts)]]

    def facts(self, rows: Sequence[Row]) -> Mapping[str, Any]:
        """`words`: how many a text has."""
        return {"words": [count_words(row[self.column].decode()) for row in rows]}

    def draw_mistakes(self) -> Image.Image:
        """The texts with their true and predicted classes."""
        sample = TextSample(name="text")
        mistakes = self._cases.mistakes()
        tiles = [(sample.draw(case.sample), self._cases.caption(case)) for case in mistakes]
        headline = "Mistakes, the most confident first: true class → prediction, its probability"
        return _sheet(tiles, headline, "No mistakes")

    def report(self, folder: Path) -> None:
        """Writes, too, `lengths.csv` and `lengths.png`: the error by the length of the text."""
        super().report(folder)
        labels, probabilities = self._scores()
        wrong = (probabilities >= THRESHOLD) != labels
        table = length_table(self._examples()["words"].to_numpy(), wrong)
        write_csv(table, folder / "lengths.csv")
        plot_lengths(table, folder / "lengths.png")

    def explain(self, model: Path, folder: Path) -> None:
        """Writes what speaks for each class.

        `evidence_correct.png` and `evidence_wrong.png` show the surest hits and mistakes, their
        words coloured; `phrases.csv` and `phrases.png` the phrases that say most.
        """
        from models.shared.loading import KERAS_FILE, load_network
        from pipelines.tasks.sentiment.phrases import find_phrases

        network = load_network(model / KERAS_FILE)
        size = {"length": network.input_shape[1]}
        sample = TextSample(name="text", prepare=size).knowing(read_vocabulary(model))
        for correct, name in ((True, "correct"), (False, "wrong")):
            caption = Caption(
                f"Evidence, {name} predictions",
                f"Which words speak for {self.classes[1]} (red) and against it (blue), by gradient "
                "times input.",
                f"The surest {name} predictions, their words coloured.",
            )
            sheet = self._draw_evidence(network, sample, correct)
            save_picture(sheet, folder / f"evidence_{name}.png", caption)
        phrases = find_phrases(network, sample, self._texts, self.classes, PHRASES)
        write_csv(phrases, folder / "phrases.csv")
        plot_phrases(phrases, self.classes, folder / "phrases.png")

    def _draw_evidence(
        self, network: keras.Model, sample: TextSample, correct: bool
    ) -> Image.Image:
        from pipelines.tasks.sentiment.phrases import word_evidence

        cases = self._cases.of_both(correct, self._cases.limit // 4 or 1)
        found = word_evidence(network, sample, [case.sample for case in cases]) if cases else []
        tiles = [self._tile(*pair) for pair in zip(cases, found, strict=True)]
        headline = f"Words for {self.classes[1]} in red, against it in blue"
        return _sheet(tiles, headline, "No hits" if correct else "No mistakes")

    def _tile(self, case: Case, evidence: Iterable[tuple[str, float]]) -> Tile:
        words, values = zip(*evidence, strict=True)
        colours = colour_words(np.array(values))
        picture = write_words(words, colours, TextSample.legible, LINES)
        return picture, self._cases.caption(case)


def colour_words(evidence: np.ndarray) -> list[str]:
    """A colour a word: red for the positive class, blue against it, white where neither.

    Args:
        evidence: float `[words]`; the greatest, for or against, has the full colour.
    """
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    greatest = max(float(np.abs(evidence).max(initial=0)), float(np.finfo(np.float32).tiny))
    return [to_hex(each) for each in colormaps["bwr"](0.5 + 0.25 * evidence / greatest)]


def _sheet(tiles: Sequence[Tile], headline: str, nothing: str) -> Image.Image:
    if not tiles:
        return notice(nothing)
    return contact_sheet(tiles, COLUMNS, TextSample.legible, headline=headline)
