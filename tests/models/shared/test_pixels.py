"""The layers that networks for segmentation share, and what all of these can do."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from models import build_model
from models.shared.pixels import Bilinear, CropLike, PadToMultiple, UpSamplingAnySize, upsample

SIZES = st.integers(1, 40)


def images(height: int, width: int, channels: int = 2) -> np.ndarray:
    shape = (1, height, width, channels)
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def enlarge(maps: np.ndarray, stride: int) -> np.ndarray:
    """`upsample` as it starts."""
    inputs = keras.Input(maps.shape[1:])
    model = keras.Model(inputs, upsample(inputs, stride))
    return keras.ops.convert_to_numpy(model(maps))


@given(SIZES, SIZES, st.sampled_from([1, 4, 16, 32]))
def test_padding_repeats_the_last_row_and_column(height: int, width: int, multiple: int) -> None:
    batch = images(height, width)
    below, right = -height % multiple, -width % multiple
    expected = np.pad(batch, ((0, 0), (0, below), (0, right), (0, 0)), mode="edge")
    padded = PadToMultiple(multiple)(batch)
    np.testing.assert_array_equal(padded, expected)
    np.testing.assert_array_equal(CropLike()(padded, batch), batch)


def test_shapes_are_known_as_far_as_those_of_the_images() -> None:
    inputs = keras.Input((97, None, 3))
    padded = PadToMultiple(32)(inputs)
    assert padded.shape == (None, 128, None, 3)
    maps = keras.Input((128, None, 5))
    assert CropLike()(maps, inputs).shape == (None, 97, None, 5)


def test_padding_keeps_its_multiple_on_the_disk() -> None:
    layer = PadToMultiple(8, name="padding")
    assert PadToMultiple.from_config(layer.get_config()).multiple == 8


@given(SIZES, SIZES, st.integers(1, 4))
def test_rows_and_columns_are_repeated_as_keras_does(height: int, width: int, size: int) -> None:
    batch = images(height, width)
    enlarged = UpSamplingAnySize(size)(batch)
    np.testing.assert_array_equal(enlarged, keras.layers.UpSampling2D(size)(batch))


def test_enlarging_keeps_its_size_on_the_disk_and_knows_the_shape() -> None:
    layer = UpSamplingAnySize.from_config(UpSamplingAnySize(3, name="enlarge").get_config())
    assert layer(keras.Input((7, None, 2))).shape == (None, 21, None, 2)


def test_worked_kernel_of_stride_2() -> None:
    sides = np.array([0.25, 0.75, 0.75, 0.25])
    kernel = np.asarray(Bilinear()((4, 4, 2, 2)))
    for output, channel in np.ndindex(2, 2):
        expected = np.outer(sides, sides) if output == channel else np.zeros((4, 4))
        np.testing.assert_array_equal(kernel[:, :, output, channel], expected)


@pytest.mark.parametrize("stride", [2, 8, 16, 32])
def test_kernel_is_that_of_the_published_code(stride: int) -> None:
    """`upsample_filt` of `surgery.py` in the repository of Long et al."""
    size = 2 * stride
    factor = (size + 1) // 2
    centre = factor - 1 if size % 2 == 1 else factor - 0.5
    rows, columns = np.ogrid[:size, :size]
    window = (1 - abs(rows - centre) / factor) * (1 - abs(columns - centre) / factor)
    kernel = np.asarray(Bilinear()((size, size, 1, 1)))
    np.testing.assert_allclose(kernel[:, :, 0, 0], window, rtol=1e-6)


@pytest.mark.parametrize("stride", [2, 8, 16, 32])
def test_a_linear_ramp_stays_linear_in_the_interior(stride: int) -> None:
    rows, columns = np.mgrid[:5, :6]
    maps = np.stack([1 + 2.0 * rows - 3.0 * columns, 0.5 * columns], axis=-1)[None]
    rows, columns = (np.mgrid[: 5 * stride, : 6 * stride] + 0.5) / stride - 0.5
    expected = np.stack([1 + 2.0 * rows - 3.0 * columns, 0.5 * columns], axis=-1)
    inner = slice(stride // 2, -stride // 2)
    actual = enlarge(maps.astype("float32"), stride)[0]
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual[inner, inner], expected[inner, inner], atol=1e-4)


def test_upsampling_starts_as_interpolation_of_each_channel() -> None:
    maps = images(6, 7, 3)
    expected = np.asarray(keras.layers.UpSampling2D(4, interpolation="bilinear")(maps))
    actual = enlarge(maps, 4)
    np.testing.assert_allclose(actual[:, 2:-2, 2:-2], expected[:, 2:-2, 2:-2], atol=1e-5)


def test_borders_fade_alike_for_all_channels() -> None:
    """Beyond the image there is 0: that scales the scores of all classes and ranks none anew."""
    maps = images(3, 4, 5)
    expected = np.asarray(keras.layers.UpSampling2D(8, interpolation="bilinear")(maps))
    np.testing.assert_array_equal(enlarge(maps, 8).argmax(-1), expected.argmax(-1))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("fcn", {"backbone": "small"}),
        ("fpn", {"backbone": "small"}),
        ("unet", {}),
        ("patch_classifier", {"width": 4}),
    ],
)
def test_networks_are_exported_for_images_of_any_size(name: str, options: dict[str, Any]) -> None:
    model = build_model(name, (32, 48, 3), 5, options)
    exported = tf.function(model).get_concrete_function(tf.TensorSpec((None, None, None, 3)))
    for height, width in [(32, 48), (45, 33)]:
        batch = images(height, width, channels=3)
        np.testing.assert_allclose(exported(batch), model(batch), rtol=0, atol=1e-4)
