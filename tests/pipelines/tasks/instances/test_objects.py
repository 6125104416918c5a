"""Masks on a grid over a box become regions of the image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as rle

from components.core.errors import ConvoyError
from components.core.regions import encode_region
from pipelines.tasks.instances.objects import (
    decode,
    encode_pasted,
    paste,
    read_found,
    read_truth,
)

SIZE = HEIGHT, WIDTH = 30, 40
EDGES = st.floats(-20, 60, width=32)
BOXES = st.tuples(EDGES, EDGES, st.floats(0, 50, width=32), st.floats(0, 50, width=32)).map(
    lambda each: np.array([each[0], each[1], each[0] + each[2], each[1] + each[3]])
)


@settings(deadline=None)
@given(BOXES, st.integers(1, 28))
def test_a_full_mask_is_the_pixels_whose_centres_are_in_the_box(box: np.ndarray, side: int) -> None:
    pasted = paste(np.full((side, side), 255, np.uint8), box, SIZE)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    inside = (box[0] <= x) & (x < box[2]) & (box[1] <= y) & (y < box[3])
    np.testing.assert_array_equal(pasted, inside)


@settings(deadline=None)
@given(BOXES, st.integers(0, 10_000))
def test_the_region_is_what_is_pasted(box: np.ndarray, seed: int) -> None:
    mask = np.random.default_rng(seed).integers(0, 256, (7, 7), np.uint8)
    pasted, region = paste(mask, box, SIZE), encode_pasted(mask, box, SIZE)
    np.testing.assert_array_equal(rle.decode(region).astype(bool), pasted)
    np.testing.assert_array_equal(decode(region), pasted)
    assert region == rle.encode(np.asfortranarray(pasted, np.uint8))


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_between_the_centres_of_cells_it_is_bilinear(seed: int) -> None:
    """Against SciPy, in a box well within the image."""
    from scipy.ndimage import map_coordinates

    rng = np.random.default_rng(seed)
    mask = rng.integers(0, 256, (6, 6), np.uint8)
    x0, y0 = rng.uniform(0, 10, 2)
    box = np.array([x0, y0, x0 + rng.uniform(3, 28), y0 + rng.uniform(3, 18)])
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    places = ((y - y0) / (box[3] - y0) * 6 - 0.5, (x - x0) / (box[2] - x0) * 6 - 0.5)
    probability = map_coordinates(mask.astype(float), places, order=1, mode="nearest")
    inside = (x0 <= x) & (x < box[2]) & (y0 <= y) & (y < box[3])
    close = np.abs(probability - 127.5) < 0.01
    pasted = paste(mask, box, SIZE)
    np.testing.assert_array_equal(pasted[~close], (inside & (probability >= 127.5))[~close])


def test_only_what_is_sure_enough_is_pasted() -> None:
    prediction = {
        "boxes": np.array([[0, 0, 4, 4], [2, 2, 6, 8], [0, 0, 0, 0]], np.float32),
        "scores": np.array([0.9, 0.4, 0], np.float32),
        "classes": np.array([1, 0, 0], np.int32),
        "count": np.int32(2),
        "masks": np.full((3, 5, 5), 255, np.uint8),
        "size": np.array(SIZE, np.int32),
    }
    found = read_found(prediction)
    assert found.sizes.tolist() == [16, 24]
    assert read_found(prediction, 0.5).sizes.tolist() == [16]
    np.testing.assert_array_equal(read_found(prediction, 0.5).boxes, [[0, 0, 4, 4]])
    assert read_found({**prediction, "count": np.int32(0)}).sizes.tolist() == []


def row(mask: str | bytes) -> dict[str, object]:
    return {
        "image_path": "a.png",
        "boxes": [0, 0, 2, 2],
        "labels": [b"cat"],
        "difficult": [0],
        "crowd": [0],
        "masks": [mask],
        "height": HEIGHT,
        "width": WIDTH,
    }


def test_true_regions_are_as_large_as_their_pixels() -> None:
    mask = np.zeros(SIZE, bool)
    mask[0, :3] = True
    truth = read_truth(row(encode_region(mask).encode()), ("dog", "cat"))
    assert (truth.sizes.tolist(), truth.classes.tolist()) == ([3], [1])
    np.testing.assert_array_equal(decode(truth.regions[0]), mask)  # type: ignore[index]


def test_a_mask_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ConvoyError, match=r"^a\.png: a mask's counts are broken"):
        read_truth(row("~~~"), ("cat",))
