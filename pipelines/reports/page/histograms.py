"""Draws what the samples and labels of every split are like."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from components.core.captions import Caption
from components.core.table import SPLITS
from components.core.text import word
from pipelines.reports.page.content import natural

if TYPE_CHECKING:  # Matplotlib takes a second to load
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = 12
COLUMNS = 3
PANEL = (3.4, 2.5)  # inches
VALUES = 20  # of text, the most that are legible in a panel
INCHES_PER_VALUE = 0.2
BINS = 30
COLOURS = {"train": "#1f6fb4", "val": "#e07b1a", "test": "#5a9e4b"}

Splits = Mapping[str, pd.DataFrame]


def words_of(values: pd.Series) -> pd.Series:
    """Text, or lists of it, one value after the other."""
    return values.explode().dropna().map(str)


def is_number(values: pd.Series) -> bool:
    """Whether a column is drawn as numbers."""
    return bool(pd.api.types.is_numeric_dtype(values))


def described_columns(splits: Splits) -> tuple[list[str], list[str]]:
    """The columns of words and those of numbers that have more than one value somewhere."""
    first = next(iter(splits.values()))
    words = [str(name) for name in first if not is_number(first[name])]
    numbers = [str(name) for name in first if is_number(first[name])]
    varied = [
        name for name in numbers if pd.concat([s[name] for s in splits.values()]).nunique() > 1
    ]
    return words, varied


def draw_words(counts: pd.DataFrame, column: str) -> tuple[Figure, Caption]:
    """The share of each value in each split, bars side by side.

    Args:
        counts: As `count_words` gives them.
        column: What the values are.
    """
    from matplotlib.figure import Figure

    shown = counts.head(VALUES).sort_index(key=lambda names: names.map(natural))
    shares = shown / counts.sum()
    height = 1.1 + INCHES_PER_VALUE * len(shown) * (1 + 0.25 * len(counts.columns))
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = figure.add_subplot(xlabel="share of the split")
    at, width = np.arange(len(shown)), 0.8 / len(counts.columns)
    for number, split in enumerate(counts.columns):
        places = at + (number - (len(counts.columns) - 1) / 2) * width
        axes.barh(places, shares[split], width, color=COLOURS.get(split), label=split)
    axes.set_yticks(at, list(map(word, shown.index)), parse_math=False)  # a name may hold a dollar
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.legend(edgecolor="none", loc="lower left", bbox_to_anchor=(0, 1), ncols=len(SPLITS))
    _tidy(axes)
    return figure, _describe_words(counts, column, len(shown))


def count_words(splits: Splits, column: str, call: Callable[[str, str], str]) -> pd.DataFrame:
    """How often each value occurs: a row a value, the most frequent first, a column a split.

    Args:
        splits: A row a sample, by split.
        column: A column of text, or of lists of it.
        call: What a value of a column is called.
    """
    counts = {split: words_of(rows[column]).value_counts() for split, rows in splits.items()}
    table = pd.DataFrame(counts).fillna(0).astype(int)
    table.index = pd.Index([call(column, value) for value in table.index])
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[order]


def draw_numbers(splits: Splits, columns: Sequence[str]) -> tuple[Figure, Caption]:
    """The distribution of each column in each split, a panel a column.

    Args:
        splits: A row a sample, by split.
        columns: Some columns of numbers, of which twelve are drawn.
    """
    from matplotlib.figure import Figure

    shown = columns[:PANELS]
    rows, across = math.ceil(len(shown) / COLUMNS), min(len(shown), COLUMNS)
    figure = Figure(figsize=(PANEL[0] * across, PANEL[1] * rows), layout="constrained")
    for at, column in enumerate(shown):
        axes = figure.add_subplot(rows, across, at + 1)
        _draw_number(axes, {split: rows[column].dropna() for split, rows in splits.items()})
        axes.set_title(word(column.replace("_", " ")), fontsize=10, parse_math=False)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), edgecolor="none")
    return figure, _describe_numbers(splits, columns, len(shown))


def _draw_number(axes: Axes, splits: Mapping[str, pd.Series]) -> None:
    every = pd.concat(list(splits.values())).astype(float)
    edges = np.histogram_bin_edges(every, BINS).tolist()
    for split, values in splits.items():
        weights = np.full(len(values), 1 / max(len(values), 1))
        axes.hist(
            values.astype(float),
            edges,
            weights=weights,
            histtype="step",
            color=COLOURS.get(split),
            label=split,
            linewidth=1.4,
        )
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.tick_params(labelsize=9)
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _describe_words(counts: pd.DataFrame, column: str, shown: int) -> Caption:
    name = column.replace("_", " ")
    more = f" The {shown} most frequent of {len(counts):,} values." if len(counts) > shown else ""
    every = counts.sum(axis=1)
    extremes = (
        f" Most frequent: {every.idxmax()} ({every.max():,}); least: {every.idxmin()} "
        f"({every.min():,})."
    )
    return Caption(
        f"Distribution of {name}",
        f"The share of each value in each split; alike splits have bars of equal length.{more}",
        f"Bars of the shares of {len(counts)} values of {name}.{extremes}",
    )


def _describe_numbers(splits: Splits, columns: Sequence[str], shown: int) -> Caption:
    more = f" The first {shown} of {len(columns):,}." if len(columns) > shown else ""
    means = list(_means(splits, columns[:shown]))
    return Caption(
        "Distributions",
        f"The share of the samples of each split; alike splits have alike outlines.{more}",
        f"Histograms of {shown} properties. Means in the first split: {', '.join(means)}.",
    )


def _means(splits: Splits, columns: Sequence[str]) -> Iterator[str]:
    rows = next(iter(splits.values()))
    for column in columns:
        yield f"{column.replace('_', ' ')} {rows[column].mean():.3g}"
