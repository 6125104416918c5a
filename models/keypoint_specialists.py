"""A network of its own for each part of the face, composed into one model."""

from typing import Any

import keras

from components.core.errors import ConvoyError
from components.core.facial_points import GROUPS
from models import build_model
from models.shared import heatmaps

NAME = "keypoint_specialists"
PUBLISHED = ((96, 96, 1), 30)


def build(
    shape: tuple[int, int, int],
    units: int,
    *,
    architecture: str = heatmaps.NAME,
    options: dict[str, Any] | None = None,
) -> keras.Model:
    """Builds one network a group of points; they share nothing but the image.

    The loss is a mean over points, so each network learns its own points alone, as if
    trained by itself.

    Args:
        shape: Height, width and channels.
        units: The number of coordinates: 30; with fewer, the last points are left out.
        architecture: Name of the model that every group gets.
        options: Options of that model.

    Returns:
        A model from `[batch, *shape]` to coordinates `[batch, units]`.

    Raises:
        ConvoyError: When the architecture is unknown or this one, or an option is wrong.
    """
    if architecture == NAME:
        raise ConvoyError(f"train.options.architecture: {NAME} cannot be its own specialist")
    images = keras.Input(shape)
    coordinates = []
    for group, points in GROUPS.items():  # in the order of the points
        count = sum(2 * point < units for point in points)
        if count:
            specialist = build_model(architecture, shape, 2 * count, options or {})
            coordinates.append(attach(specialist, images, group))
    joined = keras.layers.Concatenate(dtype="float32", name="coordinates")(coordinates)
    return keras.Model(images, joined, name=NAME)


def attach(model: keras.Model, images: keras.KerasTensor, prefix: str) -> keras.KerasTensor:
    """Builds a model anew on the given images, every layer's name after a prefix.

    Weights are transferred by the names of layers, which therefore occur once.

    Returns:
        The output of the new layers.
    """

    def rename(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config() | {"name": f"{prefix}_{layer.name}"}
        return type(layer).from_config(config)

    return keras.models.clone_model(model, input_tensors=images, clone_function=rename).output
