import numpy as np
from PIL import Image

from components.explain.drawing import cut_out, draw_planes, framed, stretched


def test_a_detail_is_every_pixel_that_its_box_touches() -> None:
    image = Image.new("RGB", (10, 8))
    assert cut_out(image, (1.5, 2.0, 4.5, 8.0)).size == (4, 6)


def test_a_frame_lies_on_the_edges_of_its_box() -> None:
    drawn = np.asarray(framed(Image.new("RGB", (96, 96)), (24.0, 48.0, 72.0, 96.0), 96))
    rows, columns = drawn.any(axis=-1).nonzero()
    assert (rows.min(), rows.max()) == (96, 191)
    assert (columns.min(), columns.max()) == (48, 143)


def test_a_frame_around_less_than_a_pixel_is_seen() -> None:
    picture = Image.new("RGB", (1000, 800))
    drawn = np.asarray(framed(picture, (500.0, 400.0, 501.0, 401.0), 1000))
    assert drawn.any()


def test_errors_are_crosses_and_groups_have_names() -> None:
    points = {"a": np.random.default_rng(0).normal(size=(12, 2))}
    groups = ["x", "y"] * 6
    plain = np.asarray(draw_planes(points, groups, None))
    marked = np.asarray(draw_planes(points, groups, np.arange(12) < 3))
    nameless = np.asarray(draw_planes(points, [""] * 12, None))
    assert (plain != marked).any()
    assert plain.shape == nameless.shape
    bottom = slice(-30, None)
    assert (plain[bottom] != nameless[bottom]).any()  # where the names stand


def test_a_faint_image_is_stretched_from_black_to_white() -> None:
    faint = np.linspace(100, 110, 400).reshape(20, 20, 1)
    levels = np.asarray(stretched(faint))[..., 0]
    assert (levels.min(), levels.max()) == (0, 255)
    assert (np.diff(levels.ravel().astype(int)) >= 0).all()
    assert np.unique(np.asarray(stretched(np.full((2, 2, 3), 7.0)))).tolist() == [0]
