"""True and found objects of an image with their regions, as metrics take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from components.core.errors import ConvoyError
from components.core.parts import Prediction, Row
from components.core.regions import (
    MASKS,
    Encoded,
    RegionError,
    Size,
    decode_region,
    pack_counts,
    to_encoded,
)
from pipelines.tasks.shared.boxes import objects as boxes
from pipelines.tasks.shared.boxes.objects import Found, Truth, region_areas

SURE = 255 / 2
"""From where on a pixel belongs to an object: a probability of a half."""


def read_truth(row: Row, classes: Sequence[str]) -> Truth:
    """The true objects of a raw example; their sizes are the pixels that they have.

    Raises:
        ConvoyError: When a label is none of the classes, or a mask cannot be read; names the
            image.
    """
    truth = boxes.read_truth(row, classes)
    size = read_size(row)
    try:
        regions = [to_encoded(text_of(each), size) for each in row[MASKS]]
    except RegionError as error:
        raise ConvoyError(f"{row['image_path']}: a mask's {error}") from None
    return replace(truth, regions=regions, areas=region_areas(regions))


def read_size(row: Row) -> Size:
    """Height and width of the image of a raw example."""
    return int(row["height"]), int(row["width"])


def read_found(prediction: Prediction, confidence: float = 0.0) -> Found:
    """The objects of the prediction for one image, of those of which the model is sure enough.

    Args:
        prediction: `boxes`, `scores`, `classes` and `count`; `masks`, uint8 `[most, side, side]`,
            255 times the probability on a grid over each box; `size`, height and width of the
            image.
        confidence: How sure the model must be, at least.
    """
    found = boxes.read_found(prediction)
    size = (int(prediction["size"][0]), int(prediction["size"][1]))
    kept = np.flatnonzero(found.scores >= confidence)
    masks = prediction["masks"][kept]
    regions = [encode_pasted(*each, size) for each in zip(masks, found.boxes[kept], strict=True)]
    return replace(found.above(confidence), regions=regions)


def paste(mask: np.ndarray, box: np.ndarray, size: Size) -> np.ndarray:
    """Which pixels belong to an object, bool `[height, width]`.

    They are pixels whose centres are in the box and where the probability, bilinear between the
    centres of the grid's cells, is a half at least: He et al., 2017, "Mask R-CNN", section 3.1.

    Args:
        mask: 255 times the probability, uint8 `[side, side]`.
        box: x0, y0, x1, y1 in pixels of the image, finite, float `[4]`.
        size: Height and width of the image.
    """
    pasted = np.zeros(size, bool)
    rows, columns = _pixels(box[1::2], size[0]), _pixels(box[::2], size[1])
    pasted[rows.start : rows.stop, columns.start : columns.stop] = _window(mask, box, rows, columns)
    return pasted


def encode_pasted(mask: np.ndarray, box: np.ndarray, size: Size) -> Encoded:
    """The region of what `paste` gives; takes no longer where the image is wide."""
    height, width = size
    rows, columns = _pixels(box[1::2], height), _pixels(box[::2], width)
    strip = np.zeros((height, len(columns)), bool)
    strip[rows.start : rows.stop] = _window(mask, box, rows, columns)
    flat = strip.T.ravel()
    turns = np.flatnonzero(np.diff(flat, prepend=False, append=False)) + columns.start * height
    counts = np.diff(turns[turns < height * width], prepend=0, append=height * width)
    return {"size": [height, width], "counts": pack_counts(counts.tolist())}


def text_of(counts: str | bytes) -> str:
    """Packed counts, of which an example holds the bytes, as text."""
    return counts.decode() if isinstance(counts, bytes) else counts


def decode(region: Encoded) -> np.ndarray:
    """The pixels of a region, bool `[height, width]`."""
    height, width = region["size"]
    return decode_region(text_of(region["counts"]), (height, width))


def _pixels(edges: np.ndarray, side: int) -> range:
    """The pixels whose centres lie between two edges."""
    low, high = np.ceil(np.clip(edges, 0, side) - 0.5).astype(int).tolist()
    return range(low, max(low, high))


def _window(mask: np.ndarray, box: np.ndarray, rows: range, columns: range) -> np.ndarray:
    """Which pixels of some rows and columns belong to an object, bool `[rows, columns]`."""
    down = _weights(rows, box[1::2], mask.shape[0])
    across = _weights(columns, box[::2], mask.shape[1])
    return down @ mask.astype(np.float32) @ across.T >= np.float32(SURE)


def _weights(pixels: range, edges: np.ndarray, cells: int) -> np.ndarray:
    """How much each cell along a side counts in each pixel, float32 `[pixels, cells]`.

    Beyond the centres of the outermost cells these alone count.
    """
    share = (np.array(pixels) + 0.5 - edges[0]) / max(edges[1] - edges[0], np.finfo(float).tiny)
    places = np.clip(share * cells - 0.5, 0, cells - 1)[:, np.newaxis]
    return np.maximum(1 - np.abs(places - np.arange(cells)), 0).astype(np.float32)
