"""A detector with one grid of cells, as in the first version of YOLO."""

import keras
from pydantic import PositiveInt

from models.shared.backbones import build_backbone
from models.shared.cells import GRID
from models.shared.layers import convolve
from models.shared.pixels import PadToMultiple

TAKES_PIXELS = True
HEAD = "grid"
STRIDE = 16
QUIET = 0.01
"""Spread of the last weights before training, so that at first nothing is found anywhere."""


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    grid: PositiveInt = GRID,
    width: PositiveInt = 128,
    backbone: str = "small",
    weights: str = "none",
) -> keras.Model:
    """Builds a backbone whose maps are resized to the grid, and two convolutions.

    After Redmon et al. (2016), "You Only Look Once: Unified, Real-Time Object Detection", whose
    dense layers are convolutions here: they need fewer images, and images of any size fit.

    Args:
        shape: Height, width and channels (1 or 3).
        units: Values of each cell: those of its boxes and of the classes.
        grid: Rows and columns of the grid.
        width: Filters of the first of the two convolutions.
        backbone: A name that `build_backbone` knows, with feature maps of stride 16.
        weights: Weights of the backbone: `none`, `imagenet` or a file.

    Returns:
        A model from pixels in 0..255, float `[batch, *shape]`, to `[batch, grid, grid, units]`.

    Raises:
        ConvoyError: When the backbone has no such maps, channels or weights.
    """
    images = keras.Input(shape)
    features = build_backbone(backbone, shape[2], strides=[STRIDE], weights=weights)
    (maps,) = features(PadToMultiple(2 * STRIDE)(images))
    maps = keras.layers.Resizing(grid, grid, name="grid")(maps)
    maps = convolve(maps, width, "head")
    quiet = keras.initializers.RandomNormal(stddev=QUIET)
    outputs = keras.layers.Conv2D(
        units, 1, kernel_initializer=quiet, dtype="float32", name="cells"
    )(maps)
    return keras.Model(images, outputs, name="yolo_grid")
