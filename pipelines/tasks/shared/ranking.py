"""How well the probabilities of several classes rank examples, gathered in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from components.core.captions import Caption, save_figure
from components.core.pictures import DPI

BINS = 1_024
LIMIT = 16.0  # the log-odds of what float32 tells from 0 and 1

NAMED = 10  # the most classes that have a colour of their own
CHANCE = "grey"
FAINT = "#b8c4d0"


@dataclass(frozen=True)
class Curve:
    """One class against all others, at falling thresholds of its probability.

    Attributes:
        name: The class.
        found: Examples of the class at or above each threshold, int64 `[thresholds]`.
        false: Examples of others there, likewise.
    """

    name: str
    found: np.ndarray
    false: np.ndarray

    def roc(self) -> tuple[np.ndarray, np.ndarray]:
        """False and true positive rate, from (0, 0) to (1, 1)."""
        rates = (np.concatenate([[0], each]) / each[-1] for each in (self.false, self.found))
        false, found = rates
        return false, found

    def precision_recall(self) -> tuple[np.ndarray, np.ndarray]:
        """Recall and precision, from the highest threshold to the lowest."""
        return self.found / self.found[-1], self.found / (self.found + self.false)

    def area(self) -> float:
        """The area under the ROC curve: 0.5 by chance, 1 at best."""
        from scipy.integrate import trapezoid

        false, found = self.roc()
        return float(trapezoid(found, false))

    def average_precision(self) -> float:
        """The mean of the precision over the recall, without interpolation."""
        recall, precision = self.precision_recall()
        return float(np.sum(np.diff(recall, prepend=0) * precision))


class Rankings:
    """Counts of examples by the log-odds of each class, in bins of equal width.

    The curves are those of probabilities rounded to 1,024 values, however many examples come.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        """Takes the names of the classes in the order of the model's outputs."""
        self.classes = tuple(classes)
        self._counts = np.zeros((2, len(self.classes), BINS), np.int64)

    def update(self, truth: np.ndarray, probabilities: np.ndarray) -> None:
        """Takes in a batch.

        Args:
            truth: Class indices, int64 `[batch]`.
            probabilities: float32 `[batch, classes]`, in [0, 1].
        """
        bins = bins_of(probabilities)
        of_class = truth[:, None] == np.arange(len(self.classes))
        columns = np.broadcast_to(np.arange(len(self.classes)), bins.shape)
        np.add.at(self._counts, (of_class.astype(int), columns, bins), 1)

    def curves(self) -> Iterator[Curve]:
        """A curve for each class that has examples and is not the only one that has."""
        for name, false, found in zip(self.classes, *self._counts, strict=True):
            if found.any() and false.any():
                used = np.flatnonzero((found + false)[::-1])  # at others nothing changes
                yield Curve(name, *(np.cumsum(each[::-1])[used] for each in (found, false)))


def bins_of(probabilities: np.ndarray) -> np.ndarray:
    """The bin of each probability, 0 to 1,023, by its log-odds within -16 and 16."""
    with np.errstate(divide="ignore"):  # 0 and 1 are in the outermost bins
        exact = probabilities.astype(np.float64)
        odds = np.log(exact) - np.log1p(-exact)
    places = (np.clip(odds, -LIMIT, LIMIT) + LIMIT) / (2 * LIMIT) * BINS
    return np.minimum(places.astype(np.int64), BINS - 1)


def plot_rankings(curves: Sequence[Curve], png: Path) -> None:
    """Draws the ROC and precision-recall curves of each class against all others.

    Where there are more than ten classes, the five of the least and the five of the greatest
    average precision are named and the others grey.

    Args:
        curves: One at least.
        png: File to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.4, 4.8), dpi=DPI, layout="constrained")
    roc, ranked = figure.subplots(1, 2)
    roc.plot([0, 1], [0, 1], color=CHANCE, linestyle=":")
    for curve, style in _styled(curves):
        roc.plot(*curve.roc(), **style)
        ranked.step(*curve.precision_recall(), where="pre", **{**style, "label": None})
    area, precision = _means(curves)
    roc.set_title(f"ROC, mean area {area:.3f}")
    roc.set(xlabel="false positive rate", ylabel="true positive rate (recall)")
    ranked.set_title(f"precision and recall, mean average precision {precision:.3f}")
    ranked.set(xlabel="recall", ylabel="precision")
    for axes in (roc, ranked):
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    legend = figure.legend(loc="outside right center", edgecolor="none", fontsize=9)
    for text in legend.get_texts():
        text.set_parse_math(False)  # a name may hold a dollar sign
    save_figure(figure, png, _describe(curves))


def _styled(curves: Sequence[Curve]) -> Iterator[tuple[Curve, dict[str, object]]]:
    """The curves with their colours and names, the named ones last and so on top."""
    order = sorted(curves, key=Curve.average_precision)
    half = NAMED // 2
    named = order if len(order) <= NAMED else [*order[:half], *order[-half:]]
    for curve in (each for each in order if each not in named):
        yield curve, {"color": FAINT, "linewidth": 0.8}
    for at, curve in enumerate(named):
        label = f"{curve.name}: {curve.average_precision():.3f}"
        yield curve, {"color": f"C{at}", "label": label, "linewidth": 1.5}


def _means(curves: Sequence[Curve]) -> tuple[float, float]:
    areas = [curve.area() for curve in curves]
    return float(np.mean(areas)), float(np.mean([curve.average_precision() for curve in curves]))


def _describe(curves: Sequence[Curve]) -> Caption:
    area, precision = _means(curves)
    worst = min(curves, key=Curve.average_precision)
    return Caption(
        "ROC and precision-recall curves",
        "Each class against all others, with its average precision; the worst class is named "
        "first.",
        f"Curves of {len(curves)} classes: mean area under the ROC curve {area:.3f}, mean average "
        f"precision {precision:.3f}; {worst.name} is worst with {worst.average_precision():.3f}.",
    )
