"""Pictures of masks and their errors."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.tasks.segmentation.pictures import draw_errors, draw_mask, plot_iou
from pipelines.tasks.shared.palette import VOID_COLOUR, palette

VOID = 255


def test_errors_are_red_void_is_dark_and_the_rest_grey() -> None:
    truth = np.array([[0, 1, VOID]], np.uint8)
    picture = draw_errors(Image.new("RGB", (3, 1), (200, 40, 40)), truth, np.uint8([[0, 2, 1]]))
    right, wrong, void = np.asarray(picture)[0].astype(int)
    assert np.ptp(right) == 0
    assert wrong[0] > wrong[1:].max() + 80
    assert tuple(void) == VOID_COLOUR


def test_the_legend_names_the_classes_in_the_mask_alone() -> None:
    classes = [f"class {index}" for index in range(6)]
    picture = draw_mask(Image.new("RGB", (300, 20)), np.full((20, 300), 4, np.uint8), classes)
    below = np.asarray(picture)[20:].reshape(-1, 3)
    shown = [(below == colour).all(axis=-1).any() for colour in palette()[:6]]
    assert shown == [False, False, False, False, True, False]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("iou", [[0.5], [np.nan], [0.0, 1.0, np.nan], np.linspace(0, 1, 60)])
def test_bars_of_any_number_of_classes(iou: np.ndarray, tmp_path: Path) -> None:
    plot_iou(
        [rf"$\frac{{{index}" for index in range(len(iou))], np.array(iou), tmp_path / "iou.png"
    )
    with Image.open(tmp_path / "iou.png") as image:
        assert image.height > 30 * len(iou)
