"""Pictures of masks, and of how well each class is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from components.core.captions import Caption, save_figure
from components.core.masks import VOID, decode_mask
from components.core.pictures import DPI, PAPER, Tile, contact_sheet, read_image
from pipelines.tasks.shared.confusion import mean_over_classes
from pipelines.tasks.shared.palette import (
    VOID_COLOUR,
    colour_mask,
    legend,
    overlay,
    palette,
)

TILE = 320
COLUMNS = 4  # image, truth, prediction, errors
ERROR_COLOUR = (255, 45, 85)
HEADLINE = (
    "Masks in the colours below, nearly black where void. "
    "On the right: red where the prediction is wrong."
)


@dataclass(frozen=True)
class Case:
    """One measured image.

    Attributes:
        image: The encoded image.
        image_path: Where it came from.
        truth: The true mask, encoded.
        predicted: The predicted mask, encoded.
        mean_iou: Mean IoU of the image, in [0, 1].
        accuracy: The share of its pixels that are right, in [0, 1].
    """

    image: bytes
    image_path: str
    truth: bytes
    predicted: bytes
    mean_iou: float
    accuracy: float


def draw_cases(cases: Sequence[Case], classes: Sequence[str], void: int) -> Image.Image:
    """A row an image: the image, its true and predicted masks, and the errors.

    Args:
        cases: One at least.
        classes: Names of the classes.
        void: The value of void pixels in the true masks.
    """
    tiles = [tile for case in cases for tile in _tiles(case, void)]
    sheet = contact_sheet(tiles, COLUMNS, TILE, headline=HEADLINE)
    return _with_legend(sheet, classes, range(len(classes)))


def draw_errors(image: Image.Image, truth: np.ndarray, predicted: np.ndarray) -> Image.Image:
    """A dimmed grey image, red where a prediction is wrong, nearly black where void.

    Args:
        image: Of any mode.
        truth: Class indices, uint8 `[height, width]` of the image; 255 where void.
        predicted: Class indices, likewise, without void.

    Returns:
        A new RGB image.
    """
    pixels = 0.7 * np.array(image.convert("L").convert("RGB"), np.float32)
    wrong = truth != predicted
    pixels[wrong] = 0.4 * pixels[wrong] + 0.6 * np.array(ERROR_COLOUR)
    pixels[truth == VOID] = VOID_COLOUR
    return Image.fromarray(np.rint(pixels).astype(np.uint8))


def draw_mask(image: Image.Image, indices: np.ndarray, classes: Sequence[str]) -> Image.Image:
    """An image at its size under its mask, above a legend of the classes in it.

    Args:
        image: Of any mode.
        indices: Class indices, uint8 `[height, width]` of the image.
        classes: Names of the classes.
    """
    return _with_legend(overlay(image, indices), classes, np.unique(indices).tolist())


def plot_iou(classes: Sequence[str], iou: np.ndarray, png: Path) -> None:
    """Draws one bar a class, in the class's colour, and a line at the mean.

    Args:
        classes: Names of the classes.
        iou: Intersection over union of each, NaN for a class that does not appear.
        png: File to write.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 0.3 * len(classes) + 1.2), dpi=DPI, layout="constrained")
    axes = figure.add_subplot(xlabel="intersection over union", xlim=(0, 1.1))
    at = np.arange(len(classes))
    bars = axes.barh(at, np.nan_to_num(iou), color=palette()[at] / 255)
    texts = ["does not appear" if np.isnan(value) else f"{value:.3f}" for value in iou]
    axes.bar_label(bars, texts, padding=4, fontsize=9)
    mean = mean_over_classes(iou)
    axes.axvline(mean, color="#444", linestyle=":", label=f"mean: {mean:.3f}")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), edgecolor="none", borderaxespad=0)
    # a name may hold a dollar sign, which would begin a formula
    axes.set_yticks(at, classes, parse_math=False)
    axes.invert_yaxis()  # the first class on top
    axes.tick_params(axis="y", length=0, pad=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    caption = Caption(
        "Intersection over union of each class",
        "1 where every pixel of a class is found and no other taken for it.",
        f"Bars: {', '.join(map(' '.join, zip(classes, texts, strict=True)))}; mean {mean:.3f}.",
    )
    save_figure(figure, png, caption)


def _tiles(case: Case, void: int) -> list[Tile]:
    image = read_image(case.image)
    truth, predicted = decode_mask(case.truth), decode_mask(case.predicted)
    truth = np.where(truth == void, np.uint8(VOID), truth)
    return [
        (image, case.image_path),
        (colour_mask(truth), "truth"),
        (colour_mask(predicted), f"prediction\nmean IoU {case.mean_iou:.1%}"),
        (draw_errors(image, truth, predicted), f"errors\n{case.accuracy:.1%} of the pixels right"),
    ]


def _with_legend(picture: Image.Image, classes: Sequence[str], shown: Sequence[int]) -> Image.Image:
    """The picture above the names and colours of some classes."""
    below = legend({index: classes[index] for index in shown}, picture.width)
    paper = Image.new(
        "RGB", (max(picture.width, below.width), picture.height + below.height), PAPER
    )
    paper.paste(picture, (0, 0))
    paper.paste(below, (0, picture.height))
    return paper
