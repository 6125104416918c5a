import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.shared.roi_align import POINTS, RoiAlign, align

ROWS, COLUMNS = 6, 8


def interpolate(plane: np.ndarray, x: float, y: float) -> float:
    """The value at a place, cells' centres being at 0.5, 1.5, ...; beyond them as there."""
    x, y = np.clip(x - 0.5, 0, plane.shape[1] - 1), np.clip(y - 0.5, 0, plane.shape[0] - 1)
    left, top = min(int(x), plane.shape[1] - 2), min(int(y), plane.shape[0] - 2)
    a, b = x - left, y - top
    upper = (1 - a) * plane[top, left] + a * plane[top, left + 1]
    lower = (1 - a) * plane[top + 1, left] + a * plane[top + 1, left + 1]
    return float((1 - b) * upper + b * lower)


def by_hand(plane: np.ndarray, region: tuple[float, ...], side: int) -> np.ndarray:
    """RoIAlign as the paper tells it, point by point."""
    x0, y0, x1, y1 = region
    width, height = (x1 - x0) / side, (y1 - y0) / side
    bins = np.zeros((side, side))
    for row in range(side):
        for column in range(side):
            points = [(at + 0.5) / POINTS for at in range(POINTS)]
            values = [
                interpolate(plane, x0 + (column + u) * width, y0 + (row + v) * height)
                for u in points
                for v in points
            ]
            bins[row, column] = np.mean(values)
    return bins


def run(plane: np.ndarray, region: tuple[float, ...], side: int) -> np.ndarray:
    maps = tf.constant(plane[np.newaxis, ..., np.newaxis], tf.float32)
    regions = tf.constant([[region]], tf.float32)
    bins: np.ndarray = align(maps, regions, side, tf.constant([[True]]))[0, 0, ..., 0].numpy()
    return bins


def test_a_worked_example() -> None:
    # a plane that is x + 10 y at (x, y): a bin's mean is its value at the bin's middle
    plane = np.add.outer(10 * (np.arange(4) + 0.5), np.arange(4) + 0.5)
    np.testing.assert_allclose(run(plane, (1, 1, 3, 3), 2), [[16.5, 17.5], [26.5, 27.5]], rtol=1e-6)


corner = st.floats(0, 5, width=32)
length = st.floats(0.25, 3, width=32)


@settings(deadline=None)
@given(corner, corner, length, length, st.integers(1, 4), st.integers(0, 99))
def test_it_is_what_the_paper_tells(
    x: float, y: float, width: float, height: float, side: int, seed: int
) -> None:
    plane = np.random.default_rng(seed).normal(size=(ROWS, COLUMNS))
    region = (x, y, min(x + width, COLUMNS), min(y + height, ROWS))
    np.testing.assert_allclose(run(plane, region, side), by_hand(plane, region, side), atol=1e-4)


def test_with_one_point_in_each_of_twice_the_bins_it_is_crop_and_resize() -> None:
    plane = np.random.default_rng(0).normal(size=(ROWS, COLUMNS)).astype("float32")
    region, side = (1.5, 1.0, 6.5, 5.0), 3
    step_x, step_y = 5 / 6, 4 / 6
    first = (1.5 + step_x / 2 - 0.5, 1.0 + step_y / 2 - 0.5)
    last = (6.5 - step_x / 2 - 0.5, 5.0 - step_y / 2 - 0.5)
    box = [
        first[1] / (ROWS - 1),
        first[0] / (COLUMNS - 1),
        last[1] / (ROWS - 1),
        last[0] / (COLUMNS - 1),
    ]
    image = tf.constant(plane[np.newaxis, ..., np.newaxis])
    points = tf.image.crop_and_resize(image, [box], [0], (6, 6))[0, ..., 0].numpy()
    means = points.reshape(3, 2, 3, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(run(plane, region, side), means, atol=1e-5)


def test_each_region_is_read_of_the_level_of_its_size() -> None:
    maps = [tf.fill((2, 64 // stride, 64 // stride, 1), float(stride)) for stride in (4, 8, 16)]
    sides = [4.0, 15.9, 16.0, 31.9, 32.1, 60.0]  # 8 px are read of the first, 16 of the second
    regions = tf.constant([[[0.0, 0.0, side, side] for side in sides]] * 2)
    found = RoiAlign(2, (4, 8, 16), canonical=2)(maps, regions)
    assert found.shape == (12, 2, 2, 1)
    assert found[:, 0, 0, 0].numpy().tolist() == [4, 4, 8, 8, 16, 16] * 2


def test_an_image_s_regions_are_read_of_that_image() -> None:
    maps = [tf.reshape(tf.constant([1.0, 2.0, 3.0]), (3, 1, 1, 1)) * tf.ones((3, 4, 4, 1))]
    regions = tf.tile(tf.constant([[[0.0, 0.0, 8.0, 8.0], [4.0, 4.0, 12.0, 12.0]]]), (3, 1, 1))
    found = RoiAlign(1, (4,))(maps, regions)
    assert found[:, 0, 0, 0].numpy().tolist() == [1, 1, 2, 2, 3, 3]


def test_maps_learn_where_they_are_read() -> None:
    maps = tf.Variable(tf.zeros((1, 8, 8, 1)))
    with tf.GradientTape() as tape:
        regions = tf.constant([[[2.0, 2.0, 4.0, 4.0], [0.0, 0.0, 8.0, 8.0]]])
        read = align(maps, regions, 2, tf.constant([[True, False]]))
        total = tf.reduce_sum(read)
    slope = tf.convert_to_tensor(tape.gradient(total, maps))[0, ..., 0].numpy()
    assert slope.sum() == 4
    assert slope[2:4, 2:4].sum() > 2.2
    assert not slope[:1].any()
