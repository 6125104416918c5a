"""Figures that Matplotlib draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from components.core.captions import Caption, save_figure
from components.core.pictures import DPI
from pipelines.tasks.shared.confusion import accuracy

if TYPE_CHECKING:  # Matplotlib takes a second to load
    from matplotlib.axes import Axes

COUNTED = 30  # the most classes whose counts are legible in their cells
NAMED = 80  # the most classes whose names are legible along the axes
INCHES_PER_CLASS = 0.45
INCHES = (3.5, 14.0)  # the least and the greatest side of the heat map
INCHES_PER_LETTER = 0.08


def plot_confusion(matrix: np.ndarray, classes: Sequence[str], png: Path) -> None:
    """Draws a confusion matrix as a heat map with the counts in its cells.

    The colour is the share of the true class, so that rare classes show as well as common
    ones. Above 30 classes the counts are left out; above 80 the axes show indices, not names.

    Args:
        matrix: int64 `[classes, classes]`; rows are the truth, columns the prediction.
        classes: Their names.
        png: File to write.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    side = float(np.clip(INCHES_PER_CLASS * len(classes), *INCHES))
    figure = Figure(figsize=(side + 2, side + 1.2), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(xlabel="predicted", ylabel="true")
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    colours = PowerNorm(0.5, vmin=0, vmax=1)  # a few mistakes in a hundred are to be seen
    heat = axes.imshow(shares, cmap="Blues", norm=colours)
    figure.colorbar(heat, label="share of the true class", shrink=0.8)
    axes.set_title(f"{accuracy(matrix):.1%} of {matrix.sum():,} correct")
    if len(classes) <= NAMED:
        _name_classes(axes, classes, side / len(classes))
    if len(classes) <= COUNTED:
        _write_counts(axes, matrix, colours(shares) > 0.5)
    save_figure(figure, png, _describe(matrix, classes))


def _describe(matrix: np.ndarray, classes: Sequence[str]) -> Caption:
    wrong = matrix * (1 - np.eye(len(classes), dtype=matrix.dtype))
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    count = wrong[true, predicted]
    most = f"; most often {classes[true]} is taken for {classes[predicted]}" if count else ""
    return Caption(
        "Confusion matrix",
        "Rows are the true classes, columns the predicted ones; the colour is the share of the "
        "true class.",
        f"Heat map of {len(classes)} classes: {accuracy(matrix):.1%} of {matrix.sum():,} "
        f"correct{most}.",
    )


def _name_classes(axes: Axes, classes: Sequence[str], inches: float) -> None:
    """Writes the names along both axes, upright below where they are wider than a cell."""
    at = np.arange(len(classes))
    upright = INCHES_PER_LETTER * max(map(len, classes)) > inches
    # a name may hold a dollar sign, which would begin a formula
    axes.set_xticks(at, classes, rotation=90 if upright else 0, parse_math=False)
    axes.set_yticks(at, classes, parse_math=False)
    axes.tick_params(length=0, labelsize=9)
    axes.set_xticks(at[1:] - 0.5, minor=True)
    axes.set_yticks(at[1:] - 0.5, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.spines[:].set_visible(False)


def _write_counts(axes: Axes, matrix: np.ndarray, dark: np.ndarray) -> None:
    from matplotlib.ticker import EngFormatter

    abbreviate = EngFormatter(places=1, sep="")  # 12.3k, 4.5M: pixels are many
    for row, column in zip(*np.nonzero(matrix), strict=True):
        count = matrix[row, column]
        text = str(count) if count < 10_000 else abbreviate(count)
        colour = "white" if dark[row, column] else "black"
        axes.text(column, row, text, color=colour, size=8, ha="center", va="center")
