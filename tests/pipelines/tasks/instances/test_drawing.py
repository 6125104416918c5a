"""Objects on pictures: their pixels are coloured, and no others but those of boxes and texts."""

import numpy as np
import pytest
from PIL import Image

from components.core.regions import RegionError, encode_region
from pipelines.tasks.instances.drawing import Shape, colour_at, draw_shapes, draw_truth
from pipelines.tasks.shared.boxes.drawing import Drawn

WHITE = Image.new("RGB", (640, 480), "white")
NOWHERE = (0.0, 0.0, 0.0, 0.0)


def disc(x: int, y: int, radius: int) -> np.ndarray:
    rows, columns = np.mgrid[:480, :640]
    inside: np.ndarray = (rows - y) ** 2 + (columns - x) ** 2 < radius**2
    return inside


def draw(*masks: np.ndarray) -> np.ndarray:
    shapes = [Shape(Drawn(NOWHERE, "", colour_at(at)), mask) for at, mask in enumerate(masks)]
    return np.asarray(draw_shapes(WHITE, shapes))


def test_the_pixels_of_an_object_are_coloured_and_no_others() -> None:
    mask = disc(300, 200, 50)
    np.testing.assert_array_equal((draw(mask) != 255).any(axis=-1), mask)


def test_it_is_translucent_with_an_outline_of_two_pixels() -> None:
    line = draw(disc(300, 200, 50))[200]
    full = (line == colour_at(0)).all(axis=-1)
    assert np.flatnonzero(full).tolist() == [251, 252, 348, 349]
    assert (line[260:340] > np.minimum(colour_at(0), 254)).any(axis=-1).all()


def test_an_object_at_the_edge_of_the_picture_has_an_outline_there_too() -> None:
    everything = draw(np.ones((480, 640), bool))
    assert (everything[0] == colour_at(0)).all()
    assert not (everything[2, 2] == colour_at(0)).all()


def test_objects_beside_each_other_have_colours_of_their_own() -> None:
    colours = [colour_at(at) for at in range(60)]
    assert len({*colours}) == 60
    assert min(max(colour) - min(colour) for colour in colours) > 60


def test_an_object_without_pixels_is_no_fault() -> None:
    assert (draw(np.zeros((480, 640), bool)) == 255).all()


def labels(mask: np.ndarray, **more: object) -> dict[str, object]:
    text = encode_region(mask)
    return {
        "boxes": [250, 150, 350, 250],
        "labels": ["cat"],
        "difficult": [0],
        "crowd": [0],
        "masks": [text],
        **more,
    }


def test_a_row_of_the_table_is_drawn_pale_where_it_does_not_count() -> None:
    drawn, pale = (
        np.asarray(draw_truth(WHITE, labels(disc(300, 200, 50), crowd=[crowd]), ("cat",)))
        for crowd in (0, 1)
    )
    assert np.ptp(drawn[200, 300].astype(int)) > 60
    assert 0 < np.ptp(pale[200, 300].astype(int)) < 30


def test_a_mask_of_another_size_is_told() -> None:
    with pytest.raises(RegionError, match="do not sum to 307200 pixels"):
        draw_truth(WHITE, labels(np.ones((3, 4), bool)), ("cat",))
