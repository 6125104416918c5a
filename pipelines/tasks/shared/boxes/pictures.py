"""Pictures of found objects beside the true ones, and figures of how many are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from components.core.captions import Caption, save_figure
from components.core.pictures import DPI, Tile, contact_sheet
from pipelines.tasks.shared.boxes.drawing import Drawn, colour_of, draw_boxes
from pipelines.tasks.shared.palette import palette

if TYPE_CHECKING:
    from components.core.parts import Row
    from pipelines.tasks.shared.boxes.coco import CocoMeasures
    from pipelines.tasks.shared.boxes.objects import Found

COLUMNS = 4
PAIR = 2
"""Tiles an image: the truth and the prediction."""

TILE = 300
SIDES = (16, 32, 64, 96, 192)
"""Roots of the areas between which sizes are told apart, in pixels."""


@dataclass(frozen=True)
class Case:
    """An image and what is found in it.

    Attributes:
        row: The raw example.
        found: The objects that are shown.
        f1: How well they are the true ones, in [0, 1].
    """

    row: Row
    found: Found
    f1: float


def draw_found(picture: Image.Image, found: Found, classes: Sequence[str]) -> Image.Image:
    """The picture, enlarged if it is small, with found boxes, the surest on top."""
    listed = zip(found.boxes.tolist(), found.classes.tolist(), found.scores.tolist(), strict=True)
    boxes = [
        Drawn(box, f"{classes[kind]} {score:.0%}", colour_of(classes[kind], classes))
        for box, kind, score in listed
    ]
    return draw_boxes(picture, boxes[::-1])


def draw_cases(tiles: Sequence[Tile]) -> Image.Image:
    """Truth and prediction of each image side by side, two images a row.

    Args:
        tiles: Those of `caption_tiles`, of one image after the other; one image at least.
    """
    return contact_sheet(tiles, min(COLUMNS, len(tiles)), TILE)


def caption_tiles(case: Case, true: Image.Image, found: Image.Image) -> tuple[Tile, Tile]:
    """Pictures of the true and the found objects of an image, with what is said of them."""
    return (true, f"truth\n{case.row['image_path']}"), (found, f"prediction\nF1 {case.f1:.2f}")


def plot_curves(
    measures: CocoMeasures, classes: Sequence[str], png: Path, overlap: str = "an IoU"
) -> None:
    """Draws precision over recall of each class, at an IoU of 0.5.

    Args:
        measures: What is measured.
        classes: The names of the classes.
        png: File to write.
        overlap: What the IoU is called.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 5), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    told = []
    for name, values in measures.curves():
        colour = palette()[classes.index(name) % (len(palette()) - 1)] / 255
        told.append(f"{name} {values.mean():.3f}")
        axes.plot(measures.recalls, values, color=colour, label=told[-1].replace("$", r"\$"))
    axes.set_title(f"average precision at {overlap} of 0.5", fontsize=10)
    if told:
        axes.legend(loc="lower left", edgecolor="none", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    caption = Caption(
        "Precision over recall",
        f"The best precision at each recall or a higher one, of each class, at {overlap} of 0.5.",
        f"Curves with average precisions: {', '.join(told) or 'none'}.",
    )
    save_figure(figure, png, caption)


def plot_sizes(
    right: np.ndarray,
    missed: np.ndarray,
    false: np.ndarray,
    png: Path,
    noun: str = "boxes",
    overlap: str = "an IoU",
) -> None:
    """Draws how many objects are found, missed and false, by size.

    Args:
        right: Roots of the areas of true objects that are found, in pixels, `[any]`.
        missed: Likewise of those that are not.
        false: Likewise of found objects that are none.
        png: File to write.
        noun: What they are called.
        overlap: What the IoU is called.
    """
    from matplotlib.figure import Figure

    names = _size_names()
    counts = [_count(each) for each in (right, missed, false)]
    figure = Figure(figsize=(7.2, 4), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(xlabel="root of the area in pixels", ylabel=noun)
    at, width = np.arange(len(names)), 0.27
    kinds = (("found", "#2a78b5"), ("missed", "#c8ccd1"), ("false", "#d1495b"))
    for place, ((name, colour), count) in enumerate(zip(kinds, counts, strict=True)):
        bars = axes.bar(at + (place - 1) * width, count, width, color=colour, label=name)
        axes.bar_label(bars, fontsize=8, padding=1)
    axes.set_xticks(at, names)
    axes.legend(edgecolor="none")
    axes.spines[["top", "right"]].set_visible(False)
    named = zip(kinds, counts, strict=True)
    totals = ", ".join(f"{count.sum()} {name}" for (name, _), count in named)
    caption = Caption(
        f"Found, missed and false {noun} by size",
        f"Of which the model is sure enough to show them; found means {overlap} of 0.5 at least.",
        f"Bars by size: {totals}.",
    )
    save_figure(figure, png, caption)


def _size_names() -> list[str]:
    between = [f"{low}-{high}" for low, high in pairwise(SIDES)]
    return [f"< {SIDES[0]}", *between, f"> {SIDES[-1]}"]


def _count(sides: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(SIDES, sides, side="right"), minlength=len(SIDES) + 1)
