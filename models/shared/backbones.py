"""Networks that turn pixels into feature maps: those of Keras, and some of convoy's own."""

import inspect
from collections.abc import Sequence
from pathlib import Path

import keras

from components.core.errors import ConvoyError
from models.shared.efficientnet_lite import assign_tensors, efficientnet_lite
from models.shared.layers import NORM_MOMENTUM
from models.shared.published import EFFICIENTNET_LITE0, PUBLISHED
from models.shared.residual import DEPTHS, Residual, residual_maps

BACKBONE = "backbone"
FIXED = "NASNet"
"""What the names of those begin with that must know the size of the images."""
TIED = "EfficientNetB"
"""And of those whose preprocessing is another one for the weights that Keras publishes."""
APPLICATIONS = {
    name: build for name, build in vars(keras.applications).items() if inspect.isfunction(build)
}
REFERENCE_SIZE = 256
"""Height and width of the image for which the strides of layers are worked out."""


RESIDUAL = {
    **{f"resnet{depth}": size for depth, size in DEPTHS.items()},
    "small": Residual(16, (1, 1, 1, 1)),
    "fine": Residual(32, (1, 1, 1, 1), pooled=False),
}
OWN = (*RESIDUAL, EFFICIENTNET_LITE0)


def build_backbone(
    name: str,
    channels: int,
    *,
    strides: Sequence[int] = (),
    weights: str = "none",
    size: tuple[int | None, int | None] = (None, None),
) -> keras.Model:
    """Builds the part of a network below its classifier, preprocessing included.

    Args:
        name: `resnet18` (He et al., 2016, "Deep Residual Learning for Image Recognition":
            11,176,512 trained parameters) to `resnet152`, `small` (one block a stage and a
            quarter of the filters: 309,456), `fine` (for small objects: half of the filters, and
            nothing is pooled: 1,227,488), `efficientnet_lite0` (3,371,008) or a function of
            `keras.applications`.
        channels: Channels of the images: 3, or 1, which is then repeated.
        strides: The strides whose feature maps are asked for, such as 8, 16 and 32.
        weights: `none`: random ones; `imagenet`: those that Keras publishes or, of
            `efficientnet_lite0`, those that a package brings (`published.py`); or a file of
            Keras's (without top), or of such a backbone (`.weights.h5`, `.keras`).
        size: Height and width of the images, which a NASNet must know.

    Returns:
        A model named `backbone` from pixels in 0..255, float `[batch, height, width, channels]`
        of any size, to the last feature maps, or to a list of the last ones at each of
        `strides`. Its layers lie side by side in it, none nested.

    Raises:
        ConvoyError: When there is no such backbone, channels, stride or weights.
    """
    _check(name, channels, weights, size)
    sides = size if name.startswith(FIXED) else (None, None)
    pixels = keras.Input((*sides, channels), name="pixels")
    colours = pixels if channels == 3 else keras.layers.Concatenate()([pixels] * 3)
    if name in RESIDUAL:
        network = _residual_network(name, colours, weights)
    elif name == EFFICIENTNET_LITE0:
        network = _efficientnet_lite(colours, weights)
    else:
        network = _application(name, colours, weights)
    if weights not in ("none", "imagenet"):
        _load(network, name, Path(weights))
    maps = [_last_maps(network, name, stride) for stride in strides]
    return keras.Model(pixels, maps or network.output, name=BACKBONE)


def _check(name: str, channels: int, weights: str, size: tuple[int | None, int | None]) -> None:
    if name not in OWN and name not in APPLICATIONS:
        known = ", ".join((*OWN, *APPLICATIONS))
        raise ConvoyError(f"train.options.backbone: no backbone {name!r}; there are {known}")
    if channels not in (1, 3):
        raise ConvoyError(f"train.options.backbone: {name} takes 1 or 3 channels, not {channels}")
    if name.startswith(FIXED) and None in size:
        raise ConvoyError(f"train.options.backbone: {name} is not for images of any size")
    if name.startswith(TIED) and weights not in ("none", "imagenet"):
        raise ConvoyError(
            f"train.options.weights: {weights}: weights of {name} do not tell the preprocessing "
            "that they were trained with; take imagenet"
        )


def _residual_network(name: str, colours: keras.KerasTensor, weights: str) -> keras.Model:
    if weights == "imagenet":
        raise ConvoyError(f"train.options.weights: Keras publishes no ImageNet weights of {name}")
    normalised = keras.applications.imagenet_utils.preprocess_input(colours, mode="torch")
    maps = residual_maps(normalised, RESIDUAL[name])
    return keras.Model(keras.utils.get_source_inputs(colours), maps)


def _efficientnet_lite(colours: keras.KerasTensor, weights: str) -> keras.Model:
    network = efficientnet_lite(colours)
    if weights == "imagenet":
        assign_tensors(network, PUBLISHED[EFFICIENTNET_LITE0].read())
    return network


def _application(name: str, colours: keras.KerasTensor, weights: str) -> keras.Model:
    build = APPLICATIONS[name]
    preprocess = inspect.getmodule(build).preprocess_input  # type: ignore[union-attr]
    try:
        network = build(
            input_tensor=preprocess(colours),
            include_top=False,
            weights="imagenet" if weights == "imagenet" else None,
        )
    except Exception as error:  # all that Keras raises when it cannot download
        if "URL fetch failure" not in str(error):
            raise
        raise ConvoyError(
            f"train.options.weights: ImageNet weights of {name}: {error}. Download that file "
            f"where there is a network; put it into the folder models of KERAS_HOME (by default "
            f"~/.keras/models) or name it: train.options.weights=FILE"
        ) from None
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = NORM_MOMENTUM  # with up to 0.999 they forget too slowly
    return network


def _load(network: keras.Model, name: str, file: Path) -> None:
    if not file.is_file():
        raise ConvoyError(f"train.options.weights: {file}: not found")
    try:
        network.load_weights(file)
    except (ValueError, KeyError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ConvoyError(
            f"train.options.weights: {file}: no weights of {name} without its top: {reason}"
        ) from error


def _last_maps(network: keras.Model, name: str, stride: int) -> keras.KerasTensor:
    every = keras.Model(network.input, [layer.output for layer in network.layers])
    shapes = every.compute_output_shape(
        (1, REFERENCE_SIZE, REFERENCE_SIZE, network.inputs[0].shape[-1])
    )
    side = REFERENCE_SIZE // stride
    maps = [
        layer.output
        for layer, shape in zip(network.layers, shapes, strict=True)
        if len(shape) == 4 and shape[1] == side
    ]
    if not maps:
        raise ConvoyError(f"train.options.backbone: {name} has no feature maps of stride {stride}")
    return maps[-1]
