"""Keras's convolutions against the definitions and figures of textbooks."""

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

IMAGE = np.arange(1.0, 10.0).reshape(3, 3)
FILTER = np.array([[10.0, 20.0], [30.0, 40.0]])


def convolve(image: np.ndarray, kernel: np.ndarray, stride: int = 1) -> np.ndarray:
    """One channel, no padding, by Keras."""
    outputs = keras.ops.conv(
        image[None, :, :, None], kernel[:, :, None, None], strides=stride, padding="valid"
    )
    return keras.ops.convert_to_numpy(outputs)[0, :, :, 0]


def test_worked_example() -> None:
    np.testing.assert_array_equal(convolve(IMAGE, FILTER), [[370, 470], [670, 770]])


def test_worked_example_padded_right_and_bottom() -> None:
    actual = convolve(np.pad(IMAGE, (0, 1)), FILTER)
    np.testing.assert_array_equal(actual, [[370, 470, 210], [670, 770, 330], [230, 260, 90]])


def test_worked_example_with_stride_2() -> None:
    actual = convolve(np.pad(IMAGE, (0, 1)), FILTER, stride=2)
    np.testing.assert_array_equal(actual, [[370, 210], [230, 90]])


def test_same_padding_is_right_and_bottom_for_an_even_filter() -> None:
    layer = keras.layers.Conv2D(1, 2, padding="same", use_bias=False)
    layer.build((1, 3, 3, 1))
    layer.set_weights([FILTER[:, :, None, None]])
    actual = keras.ops.convert_to_numpy(layer(IMAGE[None, :, :, None]))[0, :, :, 0]
    np.testing.assert_array_equal(actual, convolve(np.pad(IMAGE, (0, 1)), FILTER))


def test_an_edge_in_an_image_of_6x6() -> None:
    """A dark right half; with zero padding the frame of the image is an edge as well."""
    image = np.repeat([[10.0, 10, 10, 0, 0, 0]], 6, axis=0)
    edge = np.array([[1.0, 0, -1]] * 3)
    np.testing.assert_array_equal(convolve(image, edge), [[0, 30, 30, 0]] * 4)
    padded = convolve(np.pad(image, 1), edge)
    middle, border = [[-30, 0, 30, 30, 0, 0]], [[-20, 0, 20, 20, 0, 0]]
    np.testing.assert_array_equal(padded, [*border, *middle * 4, *border])


@given(st.integers(1, 24), st.integers(1, 7), st.integers(0, 6), st.integers(1, 4))
def test_output_size(size: int, kernel: int, padding: int, stride: int) -> None:
    assume(size + padding >= kernel)
    image = np.pad(np.ones((size, 1)), ((0, padding), (0, 0)))
    outputs = convolve(image, np.ones((kernel, 1)), stride)
    assert outputs.shape == ((size + padding - kernel) // stride + 1, 1)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (4, 2)])
def test_transposed_convolution_places_scaled_kernels(height: int, width: int) -> None:
    generator = np.random.default_rng(0)
    image, kernel = generator.normal(size=(height, width)), generator.normal(size=(2, 3))
    expected = np.zeros((height + 1, width + 2))
    for row, column in np.ndindex(height, width):
        expected[row : row + 2, column : column + 3] += image[row, column] * kernel
    actual = keras.ops.conv_transpose(
        image[None, :, :, None], kernel[:, :, None, None], strides=1, padding="valid"
    )
    np.testing.assert_allclose(keras.ops.convert_to_numpy(actual)[0, :, :, 0], expected)


def test_parameters_of_a_fully_connected_layer() -> None:
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(100)]
    assert keras.Sequential(layers).count_params() == 78_500
