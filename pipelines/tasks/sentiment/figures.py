"""Figures of what a model of texts goes by, and of the texts that it errs on."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from components.core.captions import Caption, save_figure
from components.core.pictures import DPI

BINS = 8
SHOWN = 15
"""Phrases a class."""

AGAINST, FOR = "#3b4cc0", "#b40426"
LINE = 48
"""Letters of a phrase's line; two lines are shown."""


def length_table(lengths: np.ndarray, wrong: np.ndarray) -> pd.DataFrame:
    """How often texts of some length are taken for the other class, in bins of as many texts.

    Args:
        lengths: Words of each text, int `[texts]`, one at least.
        wrong: Whether it is, bool `[texts]`.

    Returns:
        A row a bin: `shortest` and `longest` in words, `examples` and `error`, the share of them
        that is wrong.
    """
    bins = pd.qcut(lengths, BINS, labels=False, duplicates="drop")
    bins = np.nan_to_num(np.asarray(bins, float))  # all are of one length
    groups = pd.DataFrame({"length": lengths, "wrong": wrong}).groupby(bins)
    return groups.agg(
        shortest=("length", "min"),
        longest=("length", "max"),
        examples=("wrong", "size"),
        error=("wrong", "mean"),
    ).reset_index(drop=True)


def plot_lengths(table: pd.DataFrame, png: Path) -> None:
    """Draws the error against the length.

    Args:
        table: As `length_table` makes it.
        png: File to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.6), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(xlabel="words of a text", ylabel="share of texts that are wrong")
    bounds = table[["shortest", "longest"]].itertuples(index=False)
    names = ["-".join(map(str, sorted({*each}))) for each in bounds]
    bars = axes.bar(np.arange(len(table)), table["error"], color=AGAINST)
    axes.bar_label(bars, [f"{count:,}" for count in table["examples"]], size=8)
    axes.set_xticks(np.arange(len(table)), names)
    axes.set_ylim(0, 1.15 * table["error"].max() or 1)
    axes.spines[["top", "right"]].set_visible(False)
    worst = table.loc[table["error"].idxmax()]
    caption = Caption(
        "Length against error",
        "How often texts of some length are taken for the other class; above each bar how many "
        "there are.",
        f"Bar chart of {len(table)} lengths; texts of {worst['shortest']:.0f} to "
        f"{worst['longest']:.0f} words are wrong most often, {worst['error']:.1%} of them.",
    )
    save_figure(figure, png, caption)


def plot_phrases(table: pd.DataFrame, classes: Sequence[str], png: Path) -> None:
    """Draws the phrases that speak most for each class, side by side.

    Args:
        table: As `find_phrases` makes it.
        classes: The negative and the positive class.
        png: File to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.4, 6.0), dpi=DPI, layout="constrained")
    told = []
    sides = zip(figure.subplots(1, 2), classes, (AGAINST, FOR), strict=True)
    for axes, name, colour in sides:
        rows = table[table["answer"] == name].head(SHOWN)[::-1]
        axes.barh(np.arange(len(rows)), rows["evidence"], color=colour)
        names = [_on_two_lines(phrase) for phrase in rows["phrase"]]
        axes.set_yticks(np.arange(len(rows)), names, fontsize=8, parse_math=False)
        axes.set_title(name, parse_math=False)
        axes.set_xlabel("summed evidence")
        axes.spines[["top", "right"]].set_visible(False)
        told += [f'for {name} "{rows["phrase"].iloc[-1]}"'] if len(rows) else []
    caption = Caption(
        "Phrases that speak most",
        "What the filters of the network look for: the words under the greatest value of each, and "
        "how much they move the answer.",
        f"Bar charts of phrases; most speaks {' and '.join(told)}." if told else "No phrases.",
    )
    save_figure(figure, png, caption)


def _on_two_lines(phrase: str) -> str:
    return "\n".join(textwrap.wrap(phrase, LINE, max_lines=2, placeholder=" …"))
