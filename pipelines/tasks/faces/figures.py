"""Plots of distances, and of what a threshold on them accepts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from components.core.captions import Caption, save_figure
from components.core.pictures import DPI
from pipelines.tasks.faces.verification import Curve

SAME, DIFFERENT, LINE = "#1f6fb4", "#e07b1a", "grey"
BINS = 60
LEAST = 1e-4
"""The least share of false accepts that is shown."""


def plot_distances(
    distances: np.ndarray, same: np.ndarray, threshold: float | None, png: Path
) -> None:
    """Draws how far apart photos of one person are, and of two.

    Args:
        distances: Cosine distances, float `[pairs]`.
        same: Whether each pair is of one person, bool `[pairs]`; both kinds occur.
        threshold: What is accepted up to; None for none.
        png: File to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.6), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(xlabel="cosine distance", ylabel="share of the pairs")
    bins = np.linspace(0, float(distances.max()), BINS).tolist()
    for kind, colour, name in ((same, SAME, "one person"), (~same, DIFFERENT, "two people")):
        weights = np.full(kind.sum(), 1 / kind.sum())
        axes.hist(distances[kind], bins, weights=weights, color=colour, alpha=0.6, label=name)
    if threshold is not None:
        axes.axvline(threshold, color=LINE, linestyle="--", label=f"threshold {threshold:.2f}")
    axes.legend(edgecolor="none")
    axes.spines[["top", "right"]].set_visible(False)
    one, two = (float(np.median(distances[kind])) for kind in (same, ~same))
    caption = Caption(
        "Distances",
        "How far apart pairs of photos are; the threshold was chosen on other people.",
        f"Histograms; the median distance is {one:.2f} of photos of one person, {two:.2f} of two.",
    )
    save_figure(figure, png, caption)


def plot_curve(curve: Curve, png: Path) -> None:
    """Draws true against false accepts, these by their logarithm.

    Args:
        curve: Of all pairs.
        png: File to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 4.4), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(xlabel="false accepts", ylabel="true accepts", xscale="log")
    axes.step(np.maximum(curve.false, LEAST), curve.true, where="post", color=SAME)
    axes.set(xlim=(LEAST, 1), ylim=(0, 1.02), title=f"area under the ROC {curve.area():.3f}")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    caption = Caption(
        "True and false accepts",
        "How many pairs of one person a threshold accepts, and how many of two people.",
        f"ROC curve of area {curve.area():.3f}; the equal error rate is {curve.equal_error():.1%}.",
    )
    save_figure(figure, png, caption)
