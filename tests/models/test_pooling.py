"""Keras's poolings against worked examples."""

import keras
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

IMAGE = np.arange(1.0, 10.0).reshape(3, 3)


def pool(layer: keras.layers.Layer, maps: np.ndarray) -> np.ndarray:
    """Pools one sample."""
    return keras.ops.convert_to_numpy(layer(maps[np.newaxis]))[0]


def test_worked_example_padded_right_and_bottom() -> None:
    layer = keras.layers.MaxPooling2D(2, 1, padding="same")
    expected = [[5, 6, 6], [8, 9, 9], [8, 9, 9]]
    np.testing.assert_array_equal(pool(layer, IMAGE[..., None])[..., 0], expected)


def test_without_padding_or_overlap() -> None:
    image = np.arange(16.0).reshape(4, 4, 1)
    actual = pool(keras.layers.MaxPooling2D(2), image)[..., 0]
    np.testing.assert_array_equal(actual, [[5, 7], [13, 15]])
    actual = pool(keras.layers.AveragePooling2D(2), image)[..., 0]
    np.testing.assert_array_equal(actual, [[2.5, 4.5], [10.5, 12.5]])


def test_pooling_over_depth_keeps_the_size_and_one_map() -> None:
    """The place is kept, and which of the maps it was is not."""
    maps = np.random.default_rng(0).normal(size=(5, 6, 8))
    pooled = keras.ops.convert_to_numpy(keras.ops.max(maps[np.newaxis], axis=-1, keepdims=True))
    assert pooled.shape == (1, 5, 6, 1)
    turned = np.moveaxis(maps, -1, 0)[..., np.newaxis]  # 3-D pooling over maps alone is the same
    layer = keras.layers.MaxPooling3D((8, 1, 1))
    np.testing.assert_array_equal(pool(layer, turned)[0, ..., 0], pooled[0, ..., 0].astype("f4"))


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 4))
def test_global_average_pooling_is_the_mean_of_each_map(
    height: int, width: int, channels: int
) -> None:
    maps = np.random.default_rng(0).normal(size=(height, width, channels))
    actual = pool(keras.layers.GlobalAveragePooling2D(), maps)
    np.testing.assert_allclose(actual, maps.mean(axis=(0, 1)), atol=1e-6)


def test_global_average_pooling_of_a_worked_example() -> None:
    maps = np.stack([IMAGE, np.eye(3)], axis=-1)
    np.testing.assert_allclose(pool(keras.layers.GlobalAveragePooling2D(), maps), [5, 1 / 3])
