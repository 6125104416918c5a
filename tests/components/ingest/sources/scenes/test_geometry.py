"""The camera and the canvas: what is computed in two ways must agree."""

from math import radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ingest.sources.scenes.canvas import Canvas, outward
from components.ingest.sources.scenes.cutout import Cutout, ellipse, limb
from components.ingest.sources.scenes.finish import canvas_size, halve
from components.ingest.sources.scenes.light import Light
from components.ingest.sources.scenes.surfaces import Surface
from components.ingest.sources.scenes.view import NEAR, Frame, View, clip

coordinate = st.floats(-30, 30)
point = st.tuples(coordinate, coordinate, coordinate)


def camera(yaw: float = 0, roll: float = 0, x: float = 0) -> View:
    return View(193, 257, 240, 90, 1.6, x, radians(yaw), radians(roll))


views = st.builds(camera, st.floats(-80, 80), st.floats(-8, 8), st.floats(-6, 6))


def canvas(view: View) -> Canvas:
    light = Light.draw(np.random.default_rng(0))
    return Canvas(view, light, np.zeros((view.height, view.width, 3), np.uint8))


def test_a_point_straight_ahead_is_seen_in_the_middle_of_the_horizon() -> None:
    view = camera()
    assert view.to_pixel(*view.to_camera(0.0, 1.6, 50.0)) == (257 / 2, 90)


def test_twice_as_far_is_half_as_tall() -> None:
    view = camera()

    def height(z: float) -> float:
        feet, head = ((view.to_pixel(*view.to_camera(1.0, y, z)))[1] for y in (0.0, 1.8))
        return feet - head

    assert height(5) == pytest.approx(2 * height(10))


@given(views, st.floats(0, 256), st.floats(1, 80))
def test_the_ground_in_a_column_is_seen_there(view: View, column: float, ahead: float) -> None:
    x, z = view.on_ground(column, ahead)
    right, up, depth = view.to_camera(x, 0, z)
    assert depth == pytest.approx(ahead)
    unrolled = View(193, 257, 240, 90, 1.6, view.x, view.yaw, 0)
    assert unrolled.to_pixel(right, up, depth)[0] == pytest.approx(column)


@given(views)
def test_the_floor_of_a_pixel_is_seen_at_that_pixel(view: View) -> None:
    x, z, ahead = (values[150:, ::40].astype(float) for values in view.floor())
    u, v = view.to_pixel(*view.to_camera(x, np.zeros_like(x), z))
    rows, columns = np.mgrid[150:193, 0:257:40]
    np.testing.assert_allclose(u, columns, atol=0.05)
    np.testing.assert_allclose(v, rows, atol=0.05)
    np.testing.assert_allclose(view.to_camera(x, np.zeros_like(x), z)[2], ahead, rtol=1e-3)


@given(st.lists(point, min_size=3, max_size=6))
def test_what_is_left_of_a_polygon_is_not_too_near(points: list[tuple[float, ...]]) -> None:
    kept = clip([(x, y, z) for x, y, z in points])
    assert all(z >= NEAR for _, _, z in kept)
    assert {p for p in points if p[2] >= NEAR} <= set(kept)


def test_a_polygon_is_cut_where_it_comes_near() -> None:
    square = [(0.0, 0.0, -1.0), (1.0, 0.0, -1.0), (1.0, 0.0, 2.0), (0.0, 0.0, 2.0)]
    assert set(clip(square)) == {(0, 0, NEAR), (1, 0, NEAR), (1, 0, 2), (0, 0, 2)}


@given(coordinate, coordinate, st.floats(-4, 4), point)
def test_frames_keep_distances(x: float, z: float, turn: float, local: tuple[float, ...]) -> None:
    forward, right, up = local
    world = np.array(Frame(x, z, turn).at(forward, right, up))
    assert np.linalg.norm(world - [x, 0, z]) == pytest.approx(np.linalg.norm(local), abs=1e-6)


@given(coordinate, coordinate, st.floats(-4, 4), point)
def test_places_are_located_where_they_are(
    x: float, z: float, turn: float, local: tuple[float, ...]
) -> None:
    frame = Frame(x, z, turn)
    there, _, away = frame.at(*local)
    assert frame.locate(there, away) == pytest.approx(local[:2], abs=1e-6)


def test_a_frame_turned_right_faces_right() -> None:
    assert Frame(1, 2, np.pi / 2).at(3, 0, 0.5) == pytest.approx((4, 0.5, 2))


def test_normals_point_outward() -> None:
    square = [(0.0, 0.0, 5.0), (1.0, 0.0, 5.0), (1.0, 1.0, 5.0), (0.0, 1.0, 5.0)]
    assert outward(square, (0.5, 0.5, 9.0)) == pytest.approx((0, 0, -1))
    assert outward(square[::-1], (0.5, 0.5, 1.0)) == pytest.approx((0, 0, 1))


def test_only_sides_that_face_the_camera_are_drawn() -> None:
    sheet = canvas(camera())
    square = [(-1.0, 0.0, 5.0), (1.0, 0.0, 5.0), (1.0, 2.0, 5.0), (-1.0, 2.0, 5.0)]
    assert not sheet.face(square, (1, 1, 1), Surface.CAR, (0, 1, 4))
    assert not (np.asarray(sheet.image)[..., 3] == Surface.CAR).any()
    assert sheet.face(square, (1, 1, 1), Surface.CAR, (0, 1, 6))
    assert (np.asarray(sheet.image)[..., 3] == Surface.CAR).sum() == pytest.approx(96**2, rel=0.03)


def test_shadows_fall_away_from_the_sun() -> None:
    rng = np.random.default_rng(0)
    lights = [Light.draw(rng) for _ in range(50)]
    light = next(light for light in lights if light.sunny and light.sun[0] > 0.4)
    view = camera()
    sheet = Canvas(view, light, np.zeros((view.height, view.width, 3), np.uint8))
    sheet.cast([(-0.1, 0, 8), (0.1, 0, 8), (0.1, 1.5, 8), (-0.1, 1.5, 8)])
    columns = np.argwhere(np.asarray(sheet.shadows))[:, 1]
    assert columns.mean() < view.width / 2


@pytest.mark.parametrize("roll", [-6, 0, 6])
def test_cutouts_stand_where_the_camera_sees_their_place(roll: float) -> None:
    view = camera(yaw=20, roll=roll)
    x, z = view.on_ground(150, 6)
    cutout = Cutout(canvas(view), x, z)
    for height in (0, 1.0, 1.8):
        seen = view.to_pixel(*view.to_camera(x, height, z))
        assert cutout.pixel((0, height)) == pytest.approx(seen)


def test_limbs_are_as_wide_as_they_are_told() -> None:
    outline = np.array(limb((0, 0), (0, 2), 0.4, 0.2))
    assert np.ptp(outline[outline[:, 1] == 0, 0]) == pytest.approx(0.4)
    assert np.ptp(outline[outline[:, 1] == 2, 0]) == pytest.approx(0.2)


def test_an_ellipse_has_its_radii() -> None:
    assert np.ptp(ellipse((1, 2), (0.5, 2)), axis=0) == pytest.approx([1, 4])


def test_halving_keeps_the_centres() -> None:
    rows, columns = np.mgrid[: canvas_size(10, 12)[0], : canvas_size(10, 12)[1]]
    ramp = np.stack([rows, columns, rows + columns], axis=-1).astype(np.float32)
    np.testing.assert_allclose(halve(ramp), ramp[1::2, 1::2], rtol=1e-6)


def test_the_picture_and_the_mask_of_an_edge_agree() -> None:
    view = camera()
    sheet = canvas(view)
    sheet.fill([(-5, -5), (101.3, -5), (101.3, 300), (-5, 300)], (1, 1, 1), Surface.CAR)
    pixels = np.asarray(sheet.image)
    share = halve(pixels[..., :3].astype(np.float32))[..., 0] / 255
    mask = pixels[1::2, 1::2, 3] == Surface.CAR
    np.testing.assert_array_equal(share > 0.5, mask)
