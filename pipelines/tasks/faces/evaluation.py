"""Measures how well places of faces tell people apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image
from pydantic import Field

from components.core.captions import Caption, save_picture
from components.core.errors import ConvoyError
from components.core.parts import STRICT, Evaluation, Evaluator, Prediction, Row
from components.core.pictures import contact_sheet, notice, read_image
from components.core.tabular import write_csv
from components.evaluate.params import EvaluateParams, GateParams, Threshold
from pipelines.tasks.faces.columns import IDENTITY, PAIRS
from pipelines.tasks.faces.figures import plot_curve, plot_distances
from pipelines.tasks.faces.identification import Identification
from pipelines.tasks.faces.pairs import Pairs, draw_pairs, list_pairs, photos_of
from pipelines.tasks.faces.verification import Curve

if TYPE_CHECKING:
    from components.core.served_model import ServedModel

PATH = "image_path"
KEPT = 2_000
"""Photos that are kept for pictures."""
ONE_PERCENT, ONE_IN_A_THOUSAND = 0.01, 0.001


class FaceGate(GateParams):
    """When a challenger becomes the champion.

    Attributes:
        thresholds: Bounds by metric name; `min` says that greater is better. By default a
            model must be better than chance, of which the area under the ROC curve is 0.5.
    """

    thresholds: dict[str, Threshold] = Field({"roc_auc": Threshold(min=0.6)}, min_length=1)


class FaceEvaluator(Evaluator):
    """Verification of pairs, and identification by one photo a person."""

    evaluate: EvaluateParams
    gate: FaceGate

    def begin(self, model: ServedModel) -> FaceEvaluation:
        """An empty evaluation."""
        return FaceEvaluation(self.evaluate.pictures)


class FaceEvaluation(Evaluation):
    """Accuracy at a threshold of the validation split, error rates, rank 1, and the open set.

    Kept are the places of all faces, and some photos. The pairs are those that the source lists, or
    else drawn: see `pairs`.
    """

    needs_validation = True

    def __init__(self, pictures: int = 36) -> None:
        """Takes how many photos the pictures of the report show."""
        self._pictures = pictures
        self._tuned: tuple[float, float] | None = None
        self._places: list[np.ndarray] = []
        self._names: list[str] = []
        self._paths: list[str] = []
        self._partners: list[Sequence[str]] = []
        self._photos: list[bytes] = []

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch.

        Args:
            rows: Raw examples with the image, where it came from, `identity` and, perhaps, `pairs`.
            outputs: `embedding`, places on the unit sphere, float32 `[len(rows), size]`.

        Raises:
            ConvoyError: When a place is not finite; names the first such photo.
        """
        places = outputs["embedding"]
        wrong = np.flatnonzero(~np.isfinite(places).all(axis=1))
        if len(wrong):
            raise ConvoyError(f"{rows[wrong[0]][PATH]}: its embedding is not finite")
        self._places.append(places)
        self._names += [row[IDENTITY] for row in rows]
        self._paths += [row[PATH] for row in rows]
        self._partners += [_texts(row[PAIRS]) for row in rows]
        self._photos += [row["image"] for row in rows[: max(KEPT - len(self._photos), 0)]]
        for name in ("_people", "_sorted", "_identification", "_thresholds"):
            self.__dict__.pop(name, None)  # of fewer photos

    def tune(self, validation: Evaluation) -> None:
        """Takes two thresholds from the validation split: of the greatest accuracy, and strict."""
        assert isinstance(validation, FaceEvaluation)
        self._tuned = validation._thresholds

    @property
    def examples(self) -> int:
        """All that were taken in."""
        return len(self._names)

    def clusters(self) -> Sequence[np.ndarray]:
        """The photos of each person."""
        return photos_of(self._people)

    def metrics(self) -> dict[str, float]:
        """The metrics over all photos.

        Returns:
            `accuracy` of pairs at `threshold`, a cosine distance that was chosen on the validation
            split: the mean of that of pairs of one person and of two; `strict_threshold`, which
            accepts 1% of the pairs of two people of the validation split; `roc_auc`;
            `equal_error_rate`; `true_accepts_at_1_percent` and `true_accepts_at_0.1_percent` of
            false accepts; `rank_1`; `open_set_at_1_percent` of false alarms, see `Identification`;
            `people`, `pairs` and `examples`. Those that some photos do not define are left out.
        """
        if not self.examples:
            raise ConvoyError("evaluate: there are no examples to measure")
        people, pairs = int(self._people.max()) + 1, len(self._sorted[1].same)
        measured = self._measure(np.ones(self.examples, int))
        return {**measured, "people": people, "pairs": pairs, "examples": self.examples}

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """Those of `metrics` over some photos, which are compared with the same known ones."""
        return self._measure(np.bincount(chosen, minlength=self.examples))

    def _measure(self, counts: np.ndarray) -> dict[str, float]:
        found = {
            "rank_1": self._identification.rank_1(counts),
            "open_set_at_1_percent": self._identification.open_set(counts, ONE_PERCENT),
        }
        measured = {name: value for name, value in found.items() if value is not None}
        curve = self._curve(counts)
        if curve is None:
            return measured
        if self._tuned is not None:
            threshold, strict = self._tuned
            measured |= {
                "accuracy": curve.accuracy(threshold),
                "threshold": threshold,
                STRICT: strict,
            }
        return {
            **measured,
            "roc_auc": curve.area(),
            "equal_error_rate": curve.equal_error(),
            "true_accepts_at_1_percent": curve.true_accepts(ONE_PERCENT),
            "true_accepts_at_0.1_percent": curve.true_accepts(ONE_IN_A_THOUSAND),
        }

    def report(self, folder: Path) -> None:
        """Writes tables and pictures.

        `pairs.csv` has a row a pair, the nearest first; `roc.csv` the curve. `distances.png`,
        `roc.png` and `mistakes.png` show them.
        """
        distances, pairs = self._sorted
        paths = np.array(self._paths)
        table = {
            "first": paths[pairs.first],
            "second": paths[pairs.second],
            "same": pairs.same,
            "distance": distances,
        }
        write_csv(pd.DataFrame(table), folder / "pairs.csv")
        curve = self._curve(np.ones(self.examples, int))
        if curve is not None:
            write_csv(pd.DataFrame(vars(curve)), folder / "roc.csv")
            plot_curve(curve, folder / "roc.png")
            threshold = None if self._tuned is None else self._tuned[0]
            plot_distances(distances, pairs.same, threshold, folder / "distances.png")
        caption = Caption(
            "Worst mistakes",
            "The pairs of two people that are nearest to each other, and those of one person that "
            "are farthest apart.",
            "Pairs of photos with their distances; pairs.csv lists all.",
        )
        save_picture(self._draw_mistakes(), folder / "mistakes.png", caption)

    def _draw_mistakes(self) -> Image.Image:
        distances, pairs = self._sorted
        shown = (pairs.first < len(self._photos)) & (pairs.second < len(self._photos))
        nearest = np.flatnonzero(shown & ~pairs.same)[: self._pictures // 4]
        farthest = np.flatnonzero(shown & pairs.same)[::-1][: self._pictures // 4]
        tiles = []
        for at in (*nearest, *farthest):
            for photo in (pairs.first[at], pairs.second[at]):
                tiles.append((read_image(self._photos[photo]), self._names[photo]))
            tiles[-1] = (tiles[-1][0], f"{tiles[-1][1]}\ndistance {distances[at]:.2f}")
        if not tiles:
            return notice("No pair")
        headline = "Pairs of two people that are alike, then pairs of one person that are not"
        return contact_sheet(tiles, 4, headline=headline)

    def _curve(self, counts: np.ndarray) -> Curve | None:
        """The curve of all pairs, each as often as its photos; None where one kind is missing."""
        distances, (first, second, same) = self._sorted
        one, two = counts[first], counts[second]
        weights = np.where(same, np.minimum(one, two), one * two)
        if not (weights[same].any() and weights[~same].any()):
            return None
        return Curve.of(distances, same, weights)

    @cached_property
    def _thresholds(self) -> tuple[float, float] | None:
        """Those of the greatest accuracy, and of one false accept in a hundred."""
        curve = self._curve(np.ones(self.examples, int))
        if curve is None:
            return None
        return curve.best_threshold(), curve.threshold_of(ONE_PERCENT)

    @cached_property
    def _people(self) -> np.ndarray:
        """A number a person."""
        return np.unique(self._names, return_inverse=True)[1]

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, Pairs]:
        """The distances of all pairs, ascending, and the pairs."""
        listed = any(map(len, self._partners))
        pairs = (
            list_pairs(self._paths, self._partners, self._people)
            if listed
            else draw_pairs(self._people)
        )
        places = self._all_places
        distances = 1 - np.einsum("ij,ij->i", places[pairs.first], places[pairs.second])
        order = np.argsort(distances, kind="stable")
        return distances[order], Pairs(*(each[order] for each in pairs))

    @cached_property
    def _identification(self) -> Identification:
        return Identification.of(self._all_places, self._people)

    @property
    def _all_places(self) -> np.ndarray:
        return np.concatenate(self._places).astype(np.float64)


def _texts(values: Sequence[bytes] | None) -> list[str]:
    return [] if values is None else [value.decode() for value in values]
