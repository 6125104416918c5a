"""Plots of the errors of keypoints."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from components.core.captions import Caption, save_figure
from components.core.pictures import DPI

LINE = "#1f6fb4"
QUANTILES = {0.5: "#e07b1a", 0.9: "#9a3fb5"}
SHOWN = 0.99  # the share of the images that the axis of errors reaches


def plot_error_cdf(errors: np.ndarray, png: Path) -> None:
    """Draws the share of images whose error is at most x, the median and nine tenths marked.

    Args:
        errors: Mean pixel error of each image, one at least.
        png: File to write.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    figure = Figure(figsize=(6.4, 4.0), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(
        xlabel="mean error of an image [pixels at 96x96]", ylabel="share of the images"
    )
    axes.ecdf(errors, color=LINE, linewidth=2)
    for share, colour in QUANTILES.items():
        error = np.quantile(errors, share)
        axes.axvline(error, color=colour, linestyle=":", label=f"{share:.0%}: {error:.2f} px")
    axes.set_xlim(0, max(1.05 * np.quantile(errors, SHOWN), 0.1))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(loc="lower right", edgecolor="none")
    axes.set_title(f"{len(errors):,} images")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    marks = [f"{share:.0%} below {np.quantile(errors, share):.2f} pixels" for share in QUANTILES]
    caption = Caption(
        "Share of images up to an error",
        "How many images have at most an error, which is the mean distance of their points.",
        f"Cumulative curve of {len(errors):,} images: {', '.join(marks)}.",
    )
    save_figure(figure, png, caption)


def plot_point_errors(
    names: Sequence[str], errors: np.ndarray, colours: Sequence[str], png: Path
) -> None:
    """Draws one bar a point.

    Args:
        names: Names of the points.
        errors: Mean pixel error of each, NaN for a point without labels, `[points]`.
        colours: The colour of each bar.
        png: File to write.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    margins = ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.1)
    figure = Figure(figsize=(7.2, 0.3 * len(names) + 1), dpi=DPI, layout=margins)
    axes = figure.add_subplot(xlabel="mean error [pixels at 96x96]")
    labels = [name.replace("_", " ") for name in names]
    bars = axes.barh(labels, np.nan_to_num(errors), color=colours, edgecolor="#555", linewidth=0.5)
    texts = ["no label" if np.isnan(error) else f"{error:.2f}" for error in errors]
    axes.bar_label(bars, texts, padding=4, fontsize=9)
    axes.invert_yaxis()  # the first point on top
    axes.margins(x=0.1)
    axes.tick_params(axis="y", length=0, pad=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    caption = Caption(
        "Error of each point",
        "Mean distance between the true and the predicted point.",
        f"Bars: {', '.join(map(' '.join, zip(labels, texts, strict=True)))}.",
    )
    save_figure(figure, png, caption)
