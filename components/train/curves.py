"""The curves of a training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from components.core.captions import Caption, save_figure
from components.core.errors import ConvoyError
from components.core.pictures import DPI

if TYPE_CHECKING:  # Matplotlib takes a second to load
    from matplotlib.axes import Axes

COLUMNS = 3
PANEL = (4.2, 3.0)  # inches
TRAIN, VAL = "#1f6fb4", "#e07b1a"
PHASE = "phase"


def plot_curves(csv: Path, png: Path) -> None:
    """Draws one panel a metric, training and validation together.

    A dotted line marks the epoch with the least validation loss, whose weights are kept; a
    solid one the end of a phase of training, where the column `phase` has several.

    Args:
        csv: As Keras's `CSVLogger` writes it: a row an epoch; `epoch` counts from 0, the
            column `val_<metric>` belongs to `<metric>`.
        png: File to write.

    Raises:
        ConvoyError: When the file has no epochs.
    """
    from matplotlib.figure import Figure

    curves = _read(csv)
    metrics = [name for name in map(str, curves) if not name.startswith("val_") and name != PHASE]
    metrics.sort(key=lambda metric: (f"val_{metric}" not in curves, metric != "loss"))
    rows, columns = math.ceil(len(metrics) / COLUMNS), min(len(metrics), COLUMNS)
    size = (PANEL[0] * columns, PANEL[1] * rows)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    for at, metric in enumerate(metrics):
        _plot_metric(figure.add_subplot(rows, columns, at + 1), curves, metric)
    save_figure(figure, png, _caption(curves, metrics))


def _caption(curves: pd.DataFrame, metrics: Sequence[str]) -> Caption:
    names = ", ".join(metric.replace("_", " ") for metric in metrics)
    kept = ""
    if "val_loss" in curves:
        epoch = curves["val_loss"].idxmin()
        kept = f" The weights of epoch {epoch} are kept, where the validation loss is least."
    return Caption(
        "Curves of the training",
        f"A panel a metric, training and validation together.{kept}",
        f"Line charts over {len(curves)} epochs: {names}.{kept}",
    )


def _read(csv: Path) -> pd.DataFrame:
    try:
        curves = pd.read_csv(csv, index_col="epoch")
    except pd.errors.EmptyDataError:
        curves = pd.DataFrame()
    if curves.empty:
        raise ConvoyError(f"{csv}: has no epochs")
    curves.index += 1  # people count from 1
    return curves


def _plot_metric(axes: Axes, curves: pd.DataFrame, metric: str) -> None:
    from matplotlib.ticker import MaxNLocator

    marker = "o" if len(curves) == 1 else None  # a line needs two points
    validated = f"val_{metric}" in curves
    label = "training" if validated else None
    axes.plot(curves.index, curves[metric], color=TRAIN, marker=marker, label=label)
    if validated:
        values = curves[f"val_{metric}"]
        axes.plot(curves.index, values, color=VAL, marker=marker, label="validation")
    if "val_loss" in curves:
        kept = float(curves["val_loss"].idxmin())
        axes.axvline(kept, color="grey", linestyle=":", zorder=0, label="weights kept")
    for end in _phase_ends(curves):
        axes.axvline(end, color="black", linewidth=0.8, zorder=0, label="next phase")
    if validated:
        axes.legend(edgecolor="none")
    axes.set_title(metric.replace("_", " "))
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=(1, 2, 5, 10)))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _phase_ends(curves: pd.DataFrame) -> list[float]:
    """The places between the last epoch of a phase and the first of the next."""
    if PHASE not in curves:
        return []
    firsts = curves.index[curves[PHASE].diff() > 0]
    return [first - 0.5 for first in firsts]
