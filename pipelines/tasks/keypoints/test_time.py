"""Test-time augmentation: the mean prediction over several views of an image.

After Krizhevsky et al. (2012), "ImageNet Classification with Deep Convolutional Neural
Networks", who average over shifted and mirrored crops.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import tensorflow as tf

from components.core.decoding import decode_image
from components.core.facial_points import KEYPOINTS, MIRROR_PAIRS
from components.core.parts import Evaluation, Predict, Prediction, Row

PREFIX = "tta_"

SHIFT = 0.02
"""How far views are shifted, as a share of the image's side."""


@dataclass(frozen=True)
class View:
    """A changed copy of an image: mirrored or not, then shifted.

    Attributes:
        mirrored: Whether left and right have changed places.
        right: The shift to the right, as a share of the width.
        down: The shift downwards, as a share of the height.
    """

    mirrored: bool = False
    right: float = 0.0
    down: float = 0.0

    def shifts(self, sizes: np.ndarray) -> np.ndarray:
        """Whole pixels to the right and down, int `[images, 2]`.

        Args:
            sizes: Widths and heights, `[images, 2]`.
        """
        return np.rint(np.multiply(sizes, (self.right, self.down))).astype(int)

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """The view of an image `[height, width, channels]`; its edge is repeated."""
        height, width = pixels.shape[:2]
        ((right, down),) = self.shifts(np.array([[width, height]]))
        mirrored = pixels[:, ::-1] if self.mirrored else pixels
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        return mirrored[rows][:, columns]


SHIFTS = ((0.0, 0.0), (SHIFT, 0.0), (-SHIFT, 0.0), (0.0, SHIFT), (0.0, -SHIFT))
VIEWS = tuple(View(mirrored, *shift) for mirrored, shift in product((False, True), SHIFTS))
"""The image and its mirror image, each in its place and shifted in four directions."""


def undo_view(outputs: Prediction, view: View, sizes: np.ndarray) -> dict[str, np.ndarray]:
    """Moves points found in views of images back to the images as they came.

    Args:
        outputs: `keypoints`, `[images, 15, 2]` in pixels of the views.
        view: How the images were changed.
        sizes: Widths and heights of the images, int `[images, 2]`.
    """
    points = outputs["keypoints"] - view.shifts(sizes)[:, None]
    if view.mirrored:
        points = points[:, _mirror_order()]
        points[..., 0] = sizes[:, :1] - 1 - points[..., 0]
    return {"keypoints": points}


def _mirror_order() -> list[int]:
    """The index of each point's counterpart on the other side; its own for a middle one."""
    order = list(range(len(KEYPOINTS)))
    for left, right in MIRROR_PAIRS:
        order[left], order[right] = right, left
    return order


def average_predictions(
    predict: Predict,
    images: Sequence[bytes],
    undo: Callable[[Prediction, View, np.ndarray], Prediction] = undo_view,
    views: Sequence[View] = VIEWS,
) -> dict[str, np.ndarray]:
    """Predicts from every view of each image and averages.

    Args:
        predict: The served model.
        images: PNG or JPEG files.
        undo: Moves the outputs for a view back to the image as it came; given the outputs,
            the view, and the widths and heights of the images, int `[images, 2]`.
        views: The views.

    Returns:
        The mean of what `undo` returns, by name, float64.
    """
    decoded = [decode_image(tf.constant(image)).numpy() for image in images]
    sizes = np.array([pixels.shape[1::-1] for pixels in decoded])
    totals: dict[str, np.ndarray] = {}
    for view in views:
        encoded = [tf.io.encode_png(view.apply(pixels)).numpy() for pixels in decoded]
        for name, values in undo(predict(encoded), view, sizes).items():
            totals[name] = totals.get(name, 0.0) + values.astype(np.float64)
    return {name: total / len(views) for name, total in totals.items()}


class AveragedBeside(Evaluation):
    """An evaluation of single predictions, with that of averaged ones beside it."""

    def __init__(
        self,
        plain: Evaluation,
        averaged: Evaluation,
        average: Callable[[Sequence[bytes]], Prediction],
    ) -> None:
        """Takes both, which have taken in nothing yet.

        Args:
            plain: Receives the single predictions.
            averaged: Receives the averaged ones.
            average: Makes them: encoded images in, named arrays out.
        """
        self.plain = plain
        self.averaged = averaged
        self.needs_validation = plain.needs_validation
        self._average = average

    def update(self, rows: Sequence[Row], outputs: Prediction) -> None:
        """Takes in a batch of single predictions, and makes the averaged ones."""
        self.plain.update(rows, outputs)
        self.averaged.update(rows, self._average([row["image"] for row in rows]))

    def metrics(self) -> dict[str, float]:
        """Both metrics; the names of those of averaged predictions begin with `tta_`."""
        return _beside(self.plain.metrics(), self.averaged.metrics())

    @property
    def examples(self) -> int:
        """Those of both."""
        return self.plain.examples

    def metrics_of(self, chosen: np.ndarray) -> dict[str, float]:
        """Both metrics over some examples."""
        return _beside(self.plain.metrics_of(chosen), self.averaged.metrics_of(chosen))

    def report(self, folder: Path) -> None:
        """The report of single predictions."""
        self.plain.report(folder)

    def tune(self, validation: Evaluation) -> None:
        """Tunes each on its own kind of predictions."""
        assert isinstance(validation, AveragedBeside)
        self.plain.tune(validation.plain)
        self.averaged.tune(validation.averaged)

    def explain(self, model: Path, folder: Path) -> None:
        """The look into the network at single predictions."""
        self.plain.explain(model, folder)


def _beside(plain: Mapping[str, float], averaged: Mapping[str, float]) -> dict[str, float]:
    return {**plain, **{f"{PREFIX}{name}": value for name, value in averaged.items()}}
