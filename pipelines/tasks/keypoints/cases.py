"""Faces on which a model does best, middling and worst, for a person to look at."""

import heapq
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image

from components.core.facial_points import KEYPOINTS
from components.core.pictures import contact_sheet, read_image
from pipelines.tasks.keypoints.drawing import Marks, draw_points

TILE = 240
TILES_IN_A_ROW = 6
SAMPLE = 10  # images kept for each median case shown
KINDS = ("best", "median", "worst")
TRUTH_COLOUR, PREDICTION_COLOUR = "#35e06f", "#ff3d81"
HEADLINE = "Green rings: truth. Pink dots: prediction. Below: mean error in pixels at 96x96."

ERROR = "mean_pixel_error"


@dataclass(frozen=True, eq=False)
class Case:
    """One measured image.

    Attributes:
        image: The encoded image.
        image_path: Where it came from.
        truth: The true points in pixels of the image, `[points, 2]`; NaN where missing.
        predicted: The predicted points, likewise.
        error: Mean pixel error of the image.
    """

    image: bytes
    image_path: str
    truth: np.ndarray
    predicted: np.ndarray
    error: float

    @property
    def lot(self) -> tuple[int, str]:
        """A number as good as random, always the same for an image."""
        return zlib.crc32(self.image_path.encode()), self.image_path


class Cases:
    """The cases to show of any number of images, in bounded memory.

    Kept are those with the least and with the greatest error, and a random sample in which
    the median cases are looked for at the end.
    """

    def __init__(self, pictures: int) -> None:
        """Takes how many cases to show, a third of them of each kind."""
        self._shown = max(pictures // len(KINDS), 1)
        self._best: list[Case] = []
        self._worst: list[Case] = []
        self._sample: list[Case] = []

    def add(self, cases: Iterable[Case]) -> None:
        """Takes in the cases of a batch."""
        new = list(cases)
        self._best = heapq.nsmallest(self._shown, [*self._best, *new], _by_error)
        self._worst = heapq.nlargest(self._shown, [*self._worst, *new], _by_error)
        sample = [*self._sample, *new]
        self._sample = heapq.nsmallest(SAMPLE * self._shown, sample, lambda case: case.lot)

    def chosen(self, median: float) -> dict[str, list[Case]]:
        """The cases to show by kind, in the order of their errors.

        Args:
            median: The median error of all images, near which the median cases are.
        """
        near = heapq.nsmallest(self._shown, self._sample, lambda case: abs(case.error - median))
        lists = (self._best, sorted(near, key=_by_error), self._worst)
        return dict(zip(KINDS, lists, strict=True))


def draw_cases(cases: Mapping[str, Sequence[Case]]) -> Image.Image:
    """A sheet of faces with true and predicted points, the kinds one below the other."""
    shortest = min(map(len, cases.values()))
    columns = min(TILES_IN_A_ROW, shortest)
    whole_rows = shortest // columns
    shown = {kind: members[: whole_rows * columns] for kind, members in cases.items()}
    tiles = [(draw_case(c), f"{c.error:.2f}") for members in shown.values() for c in members]
    titles = [title for kind in shown for title in (kind, *[""] * (whole_rows - 1))]
    return contact_sheet(tiles, columns, TILE, titles, HEADLINE)


def draw_case(case: Case) -> Image.Image:
    """The face with rings for the true points and dots for the predicted ones."""
    colours = [[colour] * len(KEYPOINTS) for colour in (TRUTH_COLOUR, PREDICTION_COLOUR)]
    truth = Marks(case.truth, colours[0], hollow=True)
    return draw_points(read_image(case.image), [truth, Marks(case.predicted, colours[1])])


def case_table(cases: Mapping[str, Sequence[Case]]) -> pd.DataFrame:
    """One row a case: its `kind`, `image_path` and `mean_pixel_error`."""
    rows = [(kind, c.image_path, c.error) for kind, members in cases.items() for c in members]
    return pd.DataFrame(rows, columns=["kind", "image_path", ERROR])


def _by_error(case: Case) -> tuple[float, str]:
    return case.error, case.image_path
