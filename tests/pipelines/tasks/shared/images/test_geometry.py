from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy import ndimage

from pipelines.tasks.shared.images.geometry import Warp, sample_warp, swap_mirrored
from pipelines.tasks.shared.images.params import ImagePolicy

Params = dict[str, Any]
Values = dict[str, float]
Size = tuple[int, int]

SIZE = (48, 80)  # not square, so that mixing up the axes shows
CHANGES = (
    {"rotation": 180},
    {"scale": 0.4},
    {"shift": 0.3},
    {"crop": 0.5},
    {"horizontal_flip": True},
    {"vertical_flip": True},
    {"rotation": 30, "scale": 0.2, "shift": 0.1, "crop": 0.3, "horizontal_flip": True},
)
DRAWS = (
    "horizontal_flip",
    "vertical_flip",
    "rotation",
    "scale",
    "shift_x",
    "shift_y",
    "crop",
    "crop_x",
    "crop_y",
    "window_x",
    "window_y",
)
draws = st.fixed_dictionaries({name: st.floats(-1, 1, width=32) for name in DRAWS})
quick = settings(max_examples=15, suppress_health_check=[HealthCheck.filter_too_much])


def make_warp(
    params: Params, values: Values, size: Size = SIZE, window: Size | None = None
) -> Warp:
    everything = {name: tf.constant([values.get(name, 0.0)], tf.float32) for name in DRAWS}
    return sample_warp(everything, ImagePolicy(**params), size, window)


def move(warp: Warp, points: ArrayLike) -> np.ndarray:
    return warp.points(tf.constant(points, tf.float32)).numpy()


def random_images(size: Size = SIZE, channels: int = 3, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).uniform(0, 255, (1, *size, channels))
    return values.astype(np.float32)


def draw_dot(x: float, y: float) -> np.ndarray:
    rows, columns = np.indices(SIZE)
    dot = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 2.0**2))
    return dot[np.newaxis, :, :, np.newaxis].astype(np.float32)


def centroid(image: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(image.shape[1:3])
    weights = image[0, :, :, 0] / image.sum()
    return np.array([(columns * weights).sum(), (rows * weights).sum()])


@pytest.mark.parametrize("params", CHANGES, ids="+".join)
@quick
@given(values=draws, x=st.floats(8, 71), y=st.floats(8, 39))
def test_dot_lands_on_its_moved_point(params: Params, values: Values, x: float, y: float) -> None:
    warp = make_warp(params, values)
    moved = move(warp, [[[x, y]]])[0, 0]
    height, width = SIZE
    assume(14 < moved[0] < width - 15 and 14 < moved[1] < height - 15)
    found = centroid(warp.images(draw_dot(x, y), fill=0.0).numpy())
    np.testing.assert_allclose(found, moved, atol=0.1)


@pytest.mark.parametrize("params", CHANGES, ids="+".join)
@quick
@given(values=draws)
def test_images_agree_with_scipy(params: Params, values: Values) -> None:
    warp = make_warp(params, values)
    image = random_images(channels=1)
    to_source = np.linalg.inv(warp.matrices.numpy()[0].astype(np.float64))
    rows_first = to_source[[1, 0, 2]][:, [1, 0, 2]]
    expected = ndimage.affine_transform(
        image[0, :, :, 0], rows_first, output_shape=SIZE, order=1, mode="nearest"
    )
    np.testing.assert_allclose(warp.images(image)[0, :, :, 0], expected, atol=0.1)


@pytest.mark.parametrize("name", ["horizontal_flip", "vertical_flip"])
def test_flip_reverses_an_axis_and_twice_is_the_identity(name: str) -> None:
    warp = make_warp({name: True}, {name: -1.0})
    image = random_images()
    points = np.array([[[3.0, 5.0], [40.5, 7.25]]], np.float32)
    axis = {"vertical_flip": 1, "horizontal_flip": 2}[name]
    np.testing.assert_array_equal(warp.images(image), np.flip(image, axis))
    np.testing.assert_array_equal(warp.images(warp.images(image)), image)
    np.testing.assert_array_equal(warp.points(warp.points(points)), points)


@quick
@given(values=draws)
def test_no_change_is_the_exact_identity(values: Values) -> None:
    warp = make_warp({}, values)
    image = random_images()
    np.testing.assert_array_equal(warp.matrices[0], np.eye(3))
    np.testing.assert_array_equal(warp.images(image), image)


def test_rotation_is_clockwise_about_the_centre() -> None:
    square = (9, 9)
    warp = make_warp({"rotation": 90}, {"rotation": 1.0}, size=square)
    image = random_images(size=square)
    expected = np.rot90(image, k=-1, axes=(1, 2))
    np.testing.assert_allclose(warp.images(image), expected, atol=1e-2)
    np.testing.assert_allclose(move(warp, [[[4.0, 0.0]]]), [[[8.0, 4.0]]], atol=1e-5)


def test_shift_is_a_fraction_of_the_side_and_repeats_the_edge() -> None:
    warp = make_warp({"shift": 0.5}, {"shift_x": 0.5, "shift_y": -0.25})
    image = random_images()
    padded = np.pad(image, ((0, 0), (0, 6), (20, 0), (0, 0)), mode="edge")
    np.testing.assert_allclose(warp.images(image), padded[:, 6:, :80], atol=1e-3)
    np.testing.assert_allclose(move(warp, [[[1.0, 10.0]]]), [[[21.0, 4.0]]], atol=1e-5)


def test_constant_fill_covers_what_lies_outside() -> None:
    warp = make_warp({"shift": 0.5}, {"shift_x": 0.5})
    warped = warp.images(random_images(), fill=7.0).numpy()
    np.testing.assert_array_equal(warped[:, :, :20], 7.0)


@pytest.mark.parametrize(("draw", "factor"), [(1.0, 1.2), (-1.0, 0.8), (0.0, 1.0)])
def test_scale_changes_distances_from_the_centre(draw: float, factor: float) -> None:
    warp = make_warp({"scale": 0.2}, {"scale": draw})
    moved = move(warp, [[[39.5, 23.5], [49.5, 13.5]]])
    expected = [[[39.5, 23.5], [39.5 + 10 * factor, 23.5 - 10 * factor]]]
    np.testing.assert_allclose(moved, expected, atol=1e-4)


@quick
@given(values=draws)
def test_crop_shows_a_window_inside_the_frame(values: Values) -> None:
    height, width = SIZE
    warp = make_warp({"crop": 0.6}, values)
    to_source = np.linalg.inv(warp.matrices.numpy()[0])
    left, top, _ = to_source @ [-0.5, -0.5, 1]
    right, bottom, _ = to_source @ [width - 0.5, height - 0.5, 1]
    kept = 1 - 0.6 * abs(values["crop"])
    assert right - left == pytest.approx(kept * width, abs=1e-3)
    assert bottom - top == pytest.approx(kept * height, abs=1e-3)
    assert left > -0.51
    assert top > -0.51
    assert right < width - 0.49
    assert bottom < height - 0.49


def test_crop_reaches_the_corners() -> None:
    top_left = make_warp({"crop": 0.5}, {"crop": 1.0, "crop_x": -1.0, "crop_y": -1.0})
    np.testing.assert_allclose(move(top_left, [[[-0.5, -0.5]]]), [[[-0.5, -0.5]]], atol=1e-4)
    np.testing.assert_allclose(move(top_left, [[[39.5, 23.5]]]), [[[79.5, 47.5]]], atol=1e-4)


@quick
@given(values=draws)
def test_mirrored_says_when_handedness_changes(values: Values) -> None:
    params = {"rotation": 180, "scale": 0.5, "horizontal_flip": True, "vertical_flip": True}
    warp = make_warp(params, values)
    determinant = np.linalg.det(warp.matrices.numpy()[0])
    assert bool(warp.mirrored[0]) == (determinant < 0)


def test_both_flips_are_a_half_turn() -> None:
    flips = {"horizontal_flip": True, "vertical_flip": True}
    both = make_warp(flips, {"horizontal_flip": -1.0, "vertical_flip": -1.0})
    half_turn = make_warp({"rotation": 180}, {"rotation": 1.0})
    np.testing.assert_allclose(both.matrices, half_turn.matrices, atol=1e-4)
    assert not both.mirrored[0]


@quick
@given(values=draws, missing=st.lists(st.booleans(), min_size=5, max_size=5))
def test_missing_points_stay_missing(values: Values, missing: list[bool]) -> None:
    points = np.full((1, 5, 2), 10.0, np.float32)
    points[0, missing] = np.nan
    moved = make_warp(CHANGES[-1], values).points(points).numpy()
    np.testing.assert_array_equal(np.isnan(moved), np.isnan(points))


def test_every_example_has_its_own_map() -> None:
    matrices = np.tile(np.eye(3, dtype=np.float32), (2, 1, 1))
    matrices[1, 0, 2] = 3
    warp = Warp(tf.constant(matrices), tf.constant([False, False]), SIZE)
    image = np.concatenate([random_images(), random_images(seed=1)])
    warped = warp.images(image).numpy()
    np.testing.assert_array_equal(warped[0], image[0])
    np.testing.assert_allclose(warped[1, :, 3:], image[1, :, :-3], atol=1e-3)
    moved = warp.points(np.zeros((2, 1, 2), np.float32))
    np.testing.assert_array_equal(moved, [[[0, 0]], [[3, 0]]])


def test_target_may_have_another_size() -> None:
    warp = Warp(tf.constant(np.diag([0.5, 0.5, 1])[np.newaxis], tf.float32), [False], (24, 40))
    assert warp.images(random_images()).shape == (1, 24, 40, 3)
    assert warp.masks(np.zeros((1, *SIZE), np.uint8), fill=0).shape == (1, 24, 40)


def test_bytes_are_rounded() -> None:
    warp = make_warp({"rotation": 45, "scale": 0.1}, {"rotation": 0.7, "scale": 0.5})
    image = random_images().astype(np.uint8)
    warped = warp.images(tf.constant(image))
    assert warped.dtype == tf.uint8
    np.testing.assert_array_equal(warped, np.round(warp.images(image.astype(np.float32))))


@pytest.mark.parametrize("params", CHANGES, ids="+".join)
@quick
@given(values=draws, void=st.sampled_from([0, 11, 255]))
def test_masks_keep_their_classes_and_agree_with_images(
    params: Params, values: Values, void: int
) -> None:
    warp = make_warp(params, values)
    blocks = np.random.default_rng(1).choice([1, 4, 9], (1, 6, 10)).astype(np.uint8)
    mask = blocks.repeat(8, axis=1).repeat(8, axis=2)
    warped = warp.masks(tf.constant(mask), fill=void).numpy()
    assert set(np.unique(warped)) <= {1, 4, 9, void}
    layers = np.stack([mask == label for label in (1, 4, 9)], axis=-1).astype(np.float32)
    shares = warp.images(layers, fill=0.0).numpy()
    for layer, label in enumerate((1, 4, 9)):  # where all neighbours are of one class
        assert (warped[shares[..., layer] > 0.999] == label).all()
    assert (warped[shares.sum(axis=-1) < 0.001] == void).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_masks_keep_type_and_shape(dtype: type[np.integer]) -> None:
    warp = make_warp(CHANGES[-1], {"rotation": 0.5, "shift_x": 0.5})
    mask = np.random.default_rng(2).integers(0, 12, (1, *SIZE)).astype(dtype)
    flat = warp.masks(tf.constant(mask), fill=11)
    deep = warp.masks(tf.constant(mask[..., np.newaxis]), fill=11)
    assert flat.dtype == mask.dtype
    assert flat.shape == mask.shape
    np.testing.assert_array_equal(deep[..., 0], flat)


def test_swap_mirrored_exchanges_pairs_of_mirrored_examples() -> None:
    points = np.arange(2 * 4 * 2, dtype=np.float32).reshape(2, 4, 2)
    points[1, 2] = np.nan
    swapped = swap_mirrored(points, tf.constant([False, True]), pairs=[(0, 1), (2, 3)])
    np.testing.assert_array_equal(swapped[0], points[0])
    np.testing.assert_array_equal(swapped[1], points[1][[1, 0, 3, 2]])


def test_swap_mirrored_twice_is_the_identity() -> None:
    points = np.random.default_rng(3).normal(size=(5, 3, 2)).astype(np.float32)
    mirrored = tf.constant([True, False, True, True, False])
    once = swap_mirrored(points, mirrored, [(0, 2)])
    np.testing.assert_array_equal(swap_mirrored(once, mirrored, [(0, 2)]), points)


@quick
@given(rows=st.integers(0, 16), columns=st.integers(0, 30))
def test_a_window_is_a_part_of_the_image(rows: int, columns: int) -> None:
    window = (32, 50)
    places = {"window_y": 1 - rows / 8, "window_x": 1 - columns / 15}
    images = random_images()
    cut = make_warp({}, places, window=window).images(tf.constant(images))
    expected = images[:, rows : rows + 32, columns : columns + 50]
    np.testing.assert_allclose(cut, expected, atol=0.05)


@pytest.mark.parametrize("place", [-1.0, 1.0])
def test_a_window_has_no_border_where_the_image_fills_it(place: float) -> None:
    places = {"window_x": place, "window_y": place, "scale": -1.0}
    masks = tf.zeros((1, *SIZE), tf.uint8)
    filled = make_warp({"scale": 0.3}, places, window=(32, 50)).masks(masks, fill=9)
    assert not filled.numpy().any()


@pytest.mark.parametrize("place", [-1.0, 0.3, 1.0])
def test_a_window_has_all_of_an_image_that_is_smaller(place: float) -> None:
    places = {"window_x": place, "window_y": place, "scale": -1.0}
    masks = tf.ones((1, *SIZE), tf.uint8)
    found = make_warp({"scale": 0.5}, places, window=(32, 50)).masks(masks, fill=0)
    assert found.numpy().sum() >= 23 * 39  # less what is rounded off at the border
