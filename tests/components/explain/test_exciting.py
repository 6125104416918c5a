import keras
import numpy as np

from components.explain.exciting import Peak, Summits, find_summits, liveliest, peaks
from components.explain.network import BATCH


def of(maps: np.ndarray) -> Summits:
    """The summits of maps `[images, rows, columns, channels]`, which no layer changes."""
    inputs = keras.Input(maps.shape[1:])
    return find_summits(keras.Model(inputs, keras.layers.Identity()(inputs)), maps)


def test_summits_are_the_greatest_values_and_where_they_lie() -> None:
    maps = np.random.default_rng(0).normal(size=(BATCH + 5, 3, 7, 4)).astype("float32")
    summits = of(maps)
    np.testing.assert_array_equal(summits.values, maps.max(axis=(1, 2)))
    for image, channel in np.ndindex(summits.values.shape):
        place = summits.rows[image, channel], summits.columns[image, channel]
        assert maps[image, *place, channel] == summits.values[image, channel]


def test_the_greatest_places_of_the_greatest_images() -> None:
    maps = np.zeros((4, 3, 5, 2))
    maps[2, 1, 4, 1], maps[0, 2, 0, 1], maps[3, 0, 3, 1] = 9, 5, 1
    assert peaks(of(maps), 1, 3) == [Peak(2, 1, 4), Peak(0, 2, 0), Peak(3, 0, 3)]


def test_equals_come_in_their_order_and_no_more_than_there_are() -> None:
    assert peaks(of(np.ones((2, 2, 2, 1))), 0, 5) == [Peak(0, 0, 0), Peak(1, 0, 0)]


def test_channels_that_differ_from_image_to_image() -> None:
    maps = np.zeros((3, 2, 2, 4))
    maps[..., 0] = 100  # always the same
    maps[:, 0, 0, 1] = [0, 5, 10]
    maps[:, 1, 1, 3] = [0, 1, 0]
    assert liveliest(of(maps), 2) == [1, 3]
    assert liveliest(of(maps), 9) == [0, 1, 2, 3]
