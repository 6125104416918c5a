"""The heat map of a confusion matrix."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.tasks.shared.figures import plot_confusion


def draw(matrix: np.ndarray, png: Path, name: str = "class") -> np.ndarray:
    plot_confusion(matrix, [f"{name} {index}" for index in range(len(matrix))], png)
    with Image.open(png) as image:
        return np.asarray(image.convert("L"))


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize("classes", [1, 2, 10, 31, 90])
def test_any_number_of_classes_fits_a_page(classes: int, tmp_path: Path) -> None:
    pixels = draw(np.eye(classes, dtype=np.int64), tmp_path / "confusion.png")
    assert min(pixels.shape) > 400
    assert max(pixels.shape) <= 2000


def test_more_classes_make_a_larger_figure(tmp_path: Path) -> None:
    few, many = (draw(np.eye(n, dtype=np.int64), tmp_path / f"{n}.png").size for n in (10, 20))
    assert few < many


def test_a_mistake_shows(tmp_path: Path) -> None:
    right = draw(np.diag([1000, 1000]), tmp_path / "right.png")
    wrong = draw(np.array([[1000, 0], [20, 980]]), tmp_path / "wrong.png")
    cell = np.s_[330:400, 180:340]  # of the second class taken for the first
    assert wrong[cell].mean() < right[cell].mean() - 5


@pytest.mark.filterwarnings("error::UserWarning")
def test_a_matrix_without_counts_and_names_with_dollars_are_drawn(tmp_path: Path) -> None:
    draw(np.zeros((3, 3), np.int64), tmp_path / "confusion.png", name=r"$\frac{")


@pytest.mark.filterwarnings("error::UserWarning")
def test_millions_of_pixels_are_drawn(tmp_path: Path) -> None:
    draw(np.array([[12_345_678, 0], [10_000, 9_999]]), tmp_path / "confusion.png")
