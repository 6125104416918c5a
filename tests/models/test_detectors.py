"""The networks that find objects: how their outputs lie, and which backbones they stand on."""

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from models import build_model, output_layout
from models.shared.cells import GRID, STRIDES, cell_centres

UNITS = 6


@pytest.mark.parametrize("shape", [(64, 96, 3), (50, 70, 1)])
@pytest.mark.parametrize("strides", [STRIDES, (4, 8, 16), (16,)])
def test_there_is_an_output_for_each_cell(shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    network = build_model("yolo_anchor_free", shape, UNITS, {"strides": strides, "width": 8})
    cells = cell_centres(*shape[:2], strides)
    assert network.output_shape == (None, len(cells), UNITS)


def test_outputs_are_in_the_order_of_the_cells() -> None:
    """A change of the image in one corner changes the cells there most."""
    keras.utils.set_random_seed(0)
    options = {"strides": (4, 8), "width": 8}
    network = build_model("yolo_anchor_free", (64, 96, 3), UNITS, options)
    cells = cell_centres(64, 96, (4, 8))
    images = np.full((2, 64, 96, 3), 100.0, np.float32)
    images[1, 50:54, 10:14] = 255
    outputs = network.predict(images, verbose=0)
    for stride in (4, 8):
        own = cells[:, 2] == stride
        change = np.abs(outputs[1] - outputs[0])[own].sum(axis=1)
        x, y, _ = cells[own][change.argmax()]
        assert abs(x - 12) <= 16
        assert abs(y - 52) <= 16


def test_a_class_is_improbable_before_training() -> None:
    network = build_model("yolo_anchor_free", (64, 64, 3), UNITS, {"width": 8})
    logits = network.predict(np.zeros((1, 64, 64, 3)), verbose=0)[..., 4:]
    assert 1 / (1 + np.exp(-logits.mean())) == pytest.approx(0.01, rel=0.5)


@pytest.mark.parametrize("strides", [(8, 32), (16, 8), (8, 8)])
def test_each_stride_is_twice_the_one_before(strides: tuple[int, ...]) -> None:
    with pytest.raises(ConvoyError, match="must be twice the one before"):
        build_model("yolo_anchor_free", (64, 64, 3), UNITS, {"strides": strides})


def test_a_grid_has_as_many_rows_as_columns_whatever_the_image() -> None:
    for shape in ((64, 96, 3), (50, 200, 1)):
        assert build_model("yolo_grid", shape, 30, {}).output_shape == (None, GRID, GRID, 30)
    assert build_model("yolo_grid", (64, 64, 3), 30, {"grid": 5}).output_shape == (None, 5, 5, 30)


@pytest.mark.parametrize("name", ["yolo_grid", "yolo_anchor_free"])
def test_any_backbone_carries_a_detector(name: str) -> None:
    network = build_model(name, (64, 64, 3), UNITS, {"backbone": "MobileNetV3Small"})
    assert network.get_layer("backbone").count_params() > 200_000
    with pytest.raises(ConvoyError, match="no backbone 'resnet'"):
        build_model(name, (64, 64, 3), UNITS, {"backbone": "resnet"})


def test_sizes_of_the_defaults() -> None:
    """As docs/tasks.md gives them."""
    assert build_model("yolo_anchor_free", (120, 160, 3), 6, {}).count_params() == 511_026
    assert build_model("yolo_grid", (120, 160, 3), 12, {}).count_params() == 155_772


def test_a_model_says_how_its_outputs_are_laid_out() -> None:
    assert output_layout("yolo_grid") == "grid"
    assert output_layout("yolo_anchor_free") == "cells"
    assert output_layout("unet") == ""
