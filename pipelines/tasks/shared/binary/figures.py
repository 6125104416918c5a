"""Plots of how well probabilities of two classes rank and how far they are to be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from components.core.captions import Caption, save_figure
from components.core.pictures import DPI
from pipelines.tasks.shared.binary.threshold import THRESHOLD

if TYPE_CHECKING:  # Matplotlib takes a second to load
    from matplotlib.axes import Axes

LINE, DOT, CHANCE = "#1f6fb4", "#e07b1a", "grey"


def plot_calibration(table: pd.DataFrame, error: float, png: Path) -> None:
    """Draws a reliability diagram, the number of examples in each bin below it.

    Args:
        table: A row a bin, as `calibration_table` makes it.
        error: The expected calibration error.
        png: File to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 6.0), dpi=DPI, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    filled = table[table["examples"] > 0]
    above.plot([0, 1], [0, 1], color=CHANCE, linestyle=":", label="perfectly calibrated")
    above.plot(filled["probability"], filled["positives"], "o-", color=LINE, label="bins")
    above.set_title(f"expected calibration error {error:.3f}")
    above.set(ylabel="share of positive examples", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    above.legend(loc="upper left", edgecolor="none")
    widths = table["upper"] - table["lower"]
    below.bar(table["lower"], table["examples"], widths, align="edge", color=LINE, edgecolor="w")
    below.set(xlabel="mean probability of a bin", ylabel="examples")
    for axes in (above, below):
        _tidy(axes)
    caption = Caption(
        "Calibration",
        "How often examples are positive among those that are given a probability; bins on the "
        "dotted line are right.",
        f"Reliability diagram of {len(filled)} bins; expected calibration error {error:.3f}.",
    )
    save_figure(figure, png, caption)


def plot_ranking(
    labels: np.ndarray, probabilities: np.ndarray, threshold: float | None, png: Path
) -> None:
    """Draws the ROC and the precision-recall curve; dots mark the thresholds.

    Args:
        labels: 0 or 1, both of them, `[examples]`.
        probabilities: Of 1, `[examples]`.
        threshold: One to be marked beside 0.5; None for no other.
        png: File to write.
    """
    from matplotlib.figure import Figure
    from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

    figure = Figure(figsize=(9.6, 4.8), dpi=DPI, layout="constrained")
    roc, ranked = figure.subplots(1, 2)
    false_positives, true_positives, thresholds = roc_curve(
        labels, probabilities, drop_intermediate=False
    )
    roc.plot([0, 1], [0, 1], color=CHANCE, linestyle=":", label="chance")
    roc.plot(false_positives, true_positives, color=LINE)
    roc.set_title(f"ROC curve, area {auc(false_positives, true_positives):.3f}")
    roc.set(xlabel="false positive rate", ylabel="true positive rate (recall)")
    _mark(roc, false_positives, true_positives, thresholds, threshold)
    precision, recall, thresholds = precision_recall_curve(labels, probabilities)
    ranked.axhline(labels.mean(), color=CHANCE, linestyle=":", label="chance")
    ranked.step(recall, precision, where="post", color=LINE)
    average = average_precision_score(labels, probabilities)
    ranked.set_title(f"precision and recall, average precision {average:.3f}")
    ranked.set(xlabel="recall", ylabel="precision")
    _mark(ranked, recall[:-1], precision[:-1], thresholds, threshold)
    for axes in (roc, ranked):
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        _tidy(axes)
    caption = Caption(
        "ROC and precision-recall curves",
        "What a threshold on the probability finds, and at which cost.",
        f"ROC curve of area {auc(false_positives, true_positives):.3f}; precision-recall curve of "
        f"average precision {average:.3f}.",
    )
    save_figure(figure, png, caption)


def _mark(
    axes: Axes, x: np.ndarray, y: np.ndarray, thresholds: np.ndarray, other: float | None
) -> None:
    """Marks the points of the curve whose threshold is the least that is no lower."""
    marks = {"0.5": (THRESHOLD, "o")}
    if other is not None:
        marks[f"{other:.2f}, chosen on validation data"] = (other, "D")
    for text, (threshold, marker) in marks.items():
        reached = np.flatnonzero(thresholds >= threshold)
        if len(reached):
            at = reached[thresholds[reached].argmin()]
            label = f"threshold {text}"
            axes.plot(x[at], y[at], marker, color=DOT, label=label, linestyle="none")
    axes.legend(loc="lower center", edgecolor="none")


def _tidy(axes: Axes) -> None:
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
