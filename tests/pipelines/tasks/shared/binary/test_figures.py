"""Plots of probabilities of two classes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.tasks.shared.binary.figures import plot_calibration, plot_ranking
from pipelines.tasks.shared.binary.metrics import calibration_table

DOT = (224, 123, 26)


def pixels(png: Path) -> np.ndarray:
    with Image.open(png) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("probabilities", [[0.5], [0.0, 1.0], np.linspace(0, 1, 50)])
def test_any_calibration_is_drawn(probabilities: list[float], tmp_path: Path) -> None:
    values = np.array(probabilities, np.float32)
    table = calibration_table((values > 0.4).astype(np.int64), values)
    plot_calibration(table, 0.1, tmp_path / "calibration.png")
    assert min(pixels(tmp_path / "calibration.png").shape[:2]) > 400


def dots(threshold: float | None, png: Path) -> int:
    """How many pixels have the colour of the marks."""
    labels = np.array([0, 1, 0, 1, 1])
    probabilities = np.array([0.1, 0.3, 0.4, 0.6, 0.9], np.float32)
    plot_ranking(labels, probabilities, threshold, png)
    return int((pixels(png) == DOT).all(axis=-1).sum())


def test_thresholds_are_marked(tmp_path: Path) -> None:
    one, two = (dots(threshold, tmp_path / "ranking.png") for threshold in (None, 0.3))
    assert 0 < one < two


def test_a_threshold_above_all_probabilities_has_no_mark(tmp_path: Path) -> None:
    alone = dots(None, tmp_path / "ranking.png")
    # on the ROC curve it is the origin; the other curve does not reach it
    assert alone < dots(0.95, tmp_path / "ranking.png")
