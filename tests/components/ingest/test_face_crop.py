"""Cutting faces out of photographs, against dots whose place is known."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from components.core.errors import ConvoyError
from components.ingest.face_crop import Square, crop_face, label
from tests.turned import STORED, encode_turned

NO_POINTS = np.full((15, 2), np.nan)


def dot(width: int, height: int, x: float, y: float, radius: float) -> Image.Image:
    """A soft bright dot on black."""
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    square = (columns - x) ** 2 + (rows - y) ** 2
    return Image.fromarray((255 * np.exp(-0.5 * square / radius**2)).astype(np.uint8))


def centroid(image: Image.Image) -> np.ndarray:
    values = np.asarray(image, float)
    rows, columns = np.indices(values.shape)
    return np.array([(columns * values).sum(), (rows * values).sum()]) / values.sum()


@settings(max_examples=60)
@given(
    side=st.floats(30, 300),
    place=st.tuples(st.floats(0.3, 0.7), st.floats(0.3, 0.7)),
    corner=st.tuples(st.floats(-25, 60), st.floats(-25, 60)),
)
def test_a_dot_lands_on_its_moved_point(
    side: float, place: tuple[float, float], corner: tuple[float, float]
) -> None:
    square = Square(*corner, side)
    point = np.array(corner) + side * np.array(place)
    image = dot(400, 380, *point, radius=max(1.5, side / 40))
    moved = square.move(point[None])[0]
    if (point > side / 6).all():  # the whole dot is inside the image
        assert np.abs(centroid(square.cut(image)) - moved).max() < 0.25


@given(
    st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(60, 90), st.floats(60, 90)),
    st.floats(0, 1),
)
def test_a_square_around_a_box(box: tuple[float, float, float, float], margin: float) -> None:
    square = Square.around(box, margin)
    left, top, right, bottom = box
    assert square.side == pytest.approx(max(right - left, bottom - top) * (1 + 2 * margin))
    middle = np.array([[left + right, top + bottom]]) / 2 - 0.5
    np.testing.assert_allclose(square.move(middle), [[47.5, 47.5]], atol=1e-9)


def test_an_unscaled_crop_keeps_pixels_and_points() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (120, 130), np.uint8)
    square = Square(10, 5, 96)
    np.testing.assert_array_equal(square.cut(Image.fromarray(pixels)), pixels[5:101, 10:106])
    np.testing.assert_allclose(square.move(np.array([[10, 5], [40.5, 60]])), [[0, 0], [30.5, 55]])


def test_the_edge_is_repeated_outside() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 60), np.uint8)
    cut = np.asarray(Square(-20, -10, 96).cut(Image.fromarray(pixels)))
    np.testing.assert_array_equal(cut[10:60, 20:80], pixels)
    assert (cut[10:60, :20] == pixels[:, :1]).all()
    assert (cut[60:, 20:80] == pixels[-1:]).all()


def test_colours_become_grey(tmp_path: Path) -> None:
    file = tmp_path / "face.jpg"
    Image.new("RGB", (100, 100), (250, 10, 40)).save(file)
    record = crop_face(file.read_bytes(), file, "face.jpg", NO_POINTS, Square(0, 0, 100))
    image = Image.open(io.BytesIO(record.sample))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (96, 96))


def test_points_outside_of_the_face_are_missing() -> None:
    points = np.tile([[40.0, 50.0]], (15, 1))
    points[:4] = [[-0.1, 50], [40, 95.1], [0, 0], [95, 95]]
    found = np.array(label(points)["keypoints"]).reshape(15, 2)
    assert np.isnan(found[:2]).all()
    np.testing.assert_array_equal(found[2:], points[2:])


def test_an_image_that_cannot_be_decoded_is_passed_on(tmp_path: Path) -> None:
    file = tmp_path / "face.png"
    file.write_bytes(b"no image")
    record = crop_face(file.read_bytes(), file, "face.png#1", NO_POINTS, Square(0, 0, 10))
    assert (record.sample, record.path) == (b"no image", "face.png#1")
    assert np.isnan(record.labels["keypoints"]).all()
    assert len(record.labels["keypoints"]) == 30


def test_a_face_larger_than_any_image_is_not_cut(tmp_path: Path) -> None:
    file = tmp_path / "face.png"
    Image.new("L", (100, 100)).save(file)
    square = Square.around((0, 0, 1e9, 1e9), margin=0)
    with pytest.raises(ConvoyError, match=r"face\.png: the face a#7 has more than 89,478,485 pix"):
        crop_face(file.read_bytes(), file, "a#7", NO_POINTS, square)


@pytest.mark.parametrize("corner", [(-10, 0), (0, -11), (100, 5), (5, 100)])
def test_a_face_outside_of_its_image(tmp_path: Path, corner: tuple[int, int]) -> None:
    file = tmp_path / "face.png"
    Image.new("L", (100, 100)).save(file)
    with pytest.raises(ConvoyError, match=r"face\.png: the face a#7 lies outside of the image"):
        crop_face(file.read_bytes(), file, "a#7", NO_POINTS, Square(*corner, 10))


@pytest.mark.parametrize("orientation", STORED)
def test_faces_are_cut_out_of_the_picture_as_it_is_shown(orientation: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (120, 130), np.uint8)
    data = encode_turned(pixels, orientation)
    record = crop_face(data, Path("a.png"), "a.png", NO_POINTS, Square(30, 5, 96))
    np.testing.assert_array_equal(Image.open(io.BytesIO(record.sample)), pixels[5:101, 30:126])


def test_of_16_bits_the_upper_8_are_cut_out() -> None:
    values = np.random.default_rng(0).integers(0, 65_536, (96, 96), np.uint16)
    data = encode_turned(values, 1)
    record = crop_face(data, Path("a.png"), "a.png", NO_POINTS, Square(0, 0, 96))
    np.testing.assert_array_equal(Image.open(io.BytesIO(record.sample)), values >> 8)


def test_a_face_that_would_be_black_is_not_cut_out() -> None:
    data = encode_turned(np.arange(96 * 96, dtype=np.uint16).reshape(96, 96) % 4096, 1)
    with pytest.raises(ConvoyError, match=r"^a\.png: is all but black: .*; faces are cut out of"):
        crop_face(data, Path("a.png"), "a.png", NO_POINTS, Square(0, 0, 96))
