"""The figure of a training's curves."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.train.curves import plot_curves

FALLING = [1.0, 0.5, 0.3, 0.2]


def draw(folder: Path, **columns: list[float]) -> np.ndarray:
    """Plots columns of a CSV as training writes it; returns the pixels."""
    epochs = len(next(iter(columns.values())))
    table, png = folder / "curves.csv", folder / "curves.png"
    with table.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["epoch", *columns])
        writer.writerows(zip(range(epochs), *columns.values(), strict=True))
    plot_curves(table, png)
    with Image.open(png) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(("metrics", "rows", "columns"), [(1, 1, 1), (3, 1, 3), (4, 2, 3)])
def test_there_is_a_panel_a_metric(metrics: int, rows: int, columns: int, tmp_path: Path) -> None:
    one = draw(tmp_path, loss=FALLING)
    names = ["loss", *(f"metric_{index}" for index in range(1, metrics))]
    pixels = draw(tmp_path, **dict.fromkeys(names, FALLING))
    assert pixels.shape == (rows * one.shape[0], columns * one.shape[1], 3)


def test_validation_is_drawn_into_the_panel_of_training(tmp_path: Path) -> None:
    alone = draw(tmp_path, loss=FALLING)
    both = draw(tmp_path, loss=FALLING, val_loss=[1.1, 0.7, 0.6, 0.8])
    assert both.shape == alone.shape
    assert has_colour(both, (224, 123, 26))
    assert not has_colour(alone, (224, 123, 26))


def test_loss_comes_first_and_unvalidated_values_last(tmp_path: Path) -> None:
    ordered = draw(
        tmp_path, loss=FALLING, val_loss=FALLING, mae=FALLING, val_mae=FALLING, a=FALLING
    )
    shuffled = draw(
        tmp_path, a=FALLING, mae=FALLING, val_mae=FALLING, val_loss=FALLING, loss=FALLING
    )
    np.testing.assert_array_equal(ordered, shuffled)


def test_a_line_between_the_phases_and_no_panel_of_them(tmp_path: Path) -> None:
    plain = draw(tmp_path, loss=FALLING)
    np.testing.assert_array_equal(draw(tmp_path, loss=FALLING, phase=[1, 1, 1, 1]), plain)
    pixels = draw(tmp_path, loss=FALLING, phase=[1, 1, 2, 2])
    assert pixels.shape == plain.shape
    assert not np.array_equal(pixels, plain)


@pytest.mark.filterwarnings("error::UserWarning")
def test_one_epoch_is_visible(tmp_path: Path) -> None:
    assert has_colour(draw(tmp_path, loss=[0.5]), (31, 111, 180))


@pytest.mark.parametrize("content", ["", "epoch,loss,val_loss\n"])
def test_a_file_without_epochs_is_an_error(content: str, tmp_path: Path) -> None:
    table = tmp_path / "curves.csv"
    table.write_text(content)
    with pytest.raises(ConvoyError, match=r"curves\.csv: has no epochs"):
        plot_curves(table, tmp_path / "curves.png")


def has_colour(pixels: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((pixels == colour).all(axis=-1).any())
