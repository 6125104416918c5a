"""The filters of the first layer as small pictures."""

from __future__ import annotations

import keras
import numpy as np
from PIL import Image

from components.core.captions import Caption
from components.core.pictures import as_picture, contact_sheet
from components.core.text import word

RGB = 3
FILTERS, COLUMNS, SIDE = 64, 16, 64


def first_kernel(network: keras.Model) -> keras.Layer | None:
    """The first layer with a kernel, in models within the model too; None where there is none."""
    for layer in network.layers:
        found = first_kernel(layer) if isinstance(layer, keras.Model) else layer
        if found is not None and has_kernel(found):
            return found
    return None


def has_kernel(layer: keras.Layer) -> bool:
    """Whether some of a layer's weights are a kernel."""
    return any(weight.name.endswith("kernel") for weight in layer.weights)


def draw_filters(layer: keras.Layer | None) -> tuple[Image.Image, Caption] | None:
    """The filters of a layer as one picture, 64 of them at most; None where it has none such.

    Args:
        layer: As `first_kernel` gives it.
    """
    if layer is None or not len(filters := first_filters(layer)[:FILTERS]):
        return None
    caption = Caption(
        "Filters of the first layer",
        f"The weights of {word(layer.name)}, each filter standardised and squashed by the "
        "logistic function. Stripes find edges, blots find spots and colours. As Krizhevsky et "
        "al. (2012) show those of AlexNet.",
        f"{len(filters)} small squares, a filter each.",
    )
    return contact_sheet([(as_picture(each), "") for each in filters], COLUMNS, SIDE), caption


def first_filters(layer: keras.Layer) -> np.ndarray:
    """A layer's filters as pictures, standardised and squashed.

    Each filter's weights are brought to mean 0 and deviation 1, then by the logistic function
    into 0 to 1, so that weak and strong ones are seen alike.

    Args:
        layer: With a kernel `[rows, columns, channels, filters]`, or one a depth or a patch.

    Returns:
        uint8 `[filters, rows, columns, channels]`, of one channel where there are not three;
        none where the kernel is not one of images.
    """
    kernel = next(np.asarray(each) for each in layer.weights if each.name.endswith("kernel"))
    if kernel.ndim != 4 or max(kernel.shape[:2]) == 1:
        return np.zeros((0, 1, 1, 1), np.uint8)
    filters = np.moveaxis(kernel.astype(np.float64), 3, 0)
    if filters.shape[3] != RGB:
        filters = filters.mean(axis=3, keepdims=True)
    return (255 * squash(filters)).round().astype(np.uint8)


def squash(filters: np.ndarray) -> np.ndarray:
    """Each of `[filters, ...]` standardised and squashed into 0 to 1; a constant one is 0.5."""
    axes = tuple(range(1, filters.ndim))
    deviation = filters.std(axis=axes, keepdims=True)
    centred = filters - filters.mean(axis=axes, keepdims=True)
    flat = np.zeros_like(centred)
    return 1 / (1 + np.exp(-np.divide(centred, deviation, out=flat, where=deviation > 1e-12)))
