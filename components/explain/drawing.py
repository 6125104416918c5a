"""Boxes on pictures, and samples as points."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from components.core.pictures import DPI, TILE, as_picture, fit_tile
from components.core.text import word
from components.explain.fields import Box

if TYPE_CHECKING:  # Matplotlib takes a second to load
    from matplotlib.axes import Axes

FRAME = "#ffd21f"
TAIL = 1
"""Percent of the values that may be blacker than black, or whiter than white."""
MANY = 10
"""Groups from which on there are more colours, less unlike each other."""


def stretched(pixels: np.ndarray) -> Image.Image:
    """An image `[height, width, 1 or 3]` as a picture of full contrast.

    All but the darkest and the brightest hundredth of the values fill the range from 0 to 255.
    """
    low, high = np.percentile(pixels, [TAIL, 100 - TAIL])
    return as_picture(255 * (pixels - low) / max(high - low, 1.0))


def cut_out(picture: Image.Image, box: Box) -> Image.Image:
    """The pixels of a picture that a box touches."""
    left, top, right, bottom = box
    edges = (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
    return picture.crop(edges)


def framed(picture: Image.Image, box: Box, width: int) -> Image.Image:
    """A picture with a frame around a box given in pixels of an image of some width."""
    drawn = fit_tile(picture, TILE)
    scale = drawn.width / width
    left, top, right, bottom = (scale * edge for edge in box)
    edges = (left, top, max(left, right - 1), max(top, bottom - 1))  # at least a point
    ImageDraw.Draw(drawn).rectangle(edges, outline=FRAME, width=2)
    return drawn


def draw_planes(
    planes: Mapping[str, np.ndarray], groups: Sequence[str], wrong: np.ndarray | None
) -> Image.Image:
    """Points `[samples, 2]` side by side, a colour a group and a cross where one is wrong."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 5), dpi=DPI, layout="constrained")
    for at, (title, points) in enumerate(planes.items(), start=1):
        axes = figure.add_subplot(1, len(planes), at)
        _scatter(axes, points, np.array(groups), wrong)
        axes.set_title(title)
        axes.set_xticks([])
        axes.set_yticks([])
    names = sorted(set(groups))
    if names != [""]:
        handles = figure.axes[0].collections[: len(names)]
        labels = list(map(word, names))
        figure.legend(handles, labels, loc="outside lower center", ncols=MANY, edgecolor="none")
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return Image.open(stream).convert("RGB")


def _scatter(axes: Axes, points: np.ndarray, groups: np.ndarray, wrong: np.ndarray | None) -> None:
    from matplotlib import colormaps

    palette = colormaps["tab20" if len(set(groups)) > MANY else "tab10"]
    for number, name in enumerate(sorted(set(groups))):
        inside = points[groups == name]
        axes.scatter(
            inside[:, 0], inside[:, 1], s=14, color=palette(number % palette.N), linewidths=0
        )
    if wrong is not None:
        axes.scatter(
            points[wrong, 0], points[wrong, 1], s=40, marker="x", color="black", linewidths=1
        )
