"""Colours of classes and what is drawn in them."""

import io

import numpy as np
import pytest
from PIL import Image

from pipelines.tasks.shared.palette import (
    VOID_COLOUR,
    colour_mask,
    legend,
    overlay,
    palette,
    to_palette_image,
    voc_colours,
)

VOID = 255
MASK = np.array([[0, 1, 2], [10, 20, VOID]], np.uint8)


def luminance(colours: np.ndarray) -> np.ndarray:
    return colours @ (0.299, 0.587, 0.114)


def test_every_class_has_a_colour_of_its_own_and_void_is_the_darkest_shown() -> None:
    assert (palette().shape, palette().dtype) == ((256, 3), np.uint8)
    assert len(np.unique(palette(), axis=0)) == 256
    assert tuple(palette()[VOID]) == VOID_COLOUR
    assert luminance(palette()[:20]).min() > 2 * luminance(palette()[VOID])


def test_neighbouring_classes_are_far_apart() -> None:
    first = palette()[:10].astype(int)
    distances = np.abs(first[:, None] - first).sum(axis=-1)
    assert distances[~np.eye(10, dtype=bool)].min() >= 100


def test_pascal_voc() -> None:
    """The first rows of the development kit's table, and void's."""
    table = [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128)]
    assert [tuple(row) for row in voc_colours()[:5]] == table
    assert tuple(voc_colours()[8]) == (64, 0, 0)
    assert tuple(voc_colours()[20]) == (0, 64, 128)
    assert tuple(voc_colours()[255]) == (224, 224, 192)
    np.testing.assert_array_equal(palette()[20:255], voc_colours()[20:255])


def test_a_mask_in_colours() -> None:
    np.testing.assert_array_equal(np.asarray(colour_mask(MASK)), palette()[MASK])


def test_a_palette_image_keeps_indices_and_shows_colours() -> None:
    stream = io.BytesIO()
    to_palette_image(MASK).save(stream, "PNG")
    with Image.open(stream) as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image), MASK)
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), palette()[MASK])


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("alpha", [0.0, 0.25, 1.0])
def test_an_overlay_mixes_image_and_colours(mode: str, alpha: float) -> None:
    image = Image.new("L", (3, 2), 200).convert(mode)
    mixed = np.asarray(overlay(image, MASK, alpha))
    np.testing.assert_allclose(mixed, (1 - alpha) * 200 + alpha * palette()[MASK], atol=1)


@pytest.mark.parametrize("width", [50, 480, 1340])
@pytest.mark.parametrize("classes", [1, 7, 40])
def test_a_legend_shows_every_colour_and_fits_the_width(width: int, classes: int) -> None:
    picture = legend({index: f"class {index}" for index in range(classes)}, width)
    assert picture.width <= max(width, 128)
    colours = {colour for _, colour in picture.getcolors(picture.width * picture.height)}
    assert {tuple(row) for row in palette()[:classes].tolist()} <= colours
