import keras
import numpy as np
import pytest

from components.core.filters import (
    COLUMNS,
    SIDE,
    draw_filters,
    first_filters,
    first_kernel,
    squash,
)
from components.core.pictures import GAP


def layer_of(kernel: np.ndarray) -> keras.layers.Layer:
    layer = keras.layers.Conv2D(kernel.shape[3], kernel.shape[:2], use_bias=False)
    layer.build((None, 9, 9, kernel.shape[2]))
    layer.set_weights([kernel])
    return layer


def test_scale_and_offset_of_a_filter_are_not_seen() -> None:
    kernel = np.random.default_rng(0).normal(size=(3, 3, 3, 1))
    both = np.concatenate([kernel, 7 * kernel + 2], axis=3)
    first, second = first_filters(layer_of(both))
    np.testing.assert_array_equal(first, second)
    assert first.shape == (3, 3, 3)


def test_worked_example() -> None:
    """Weights -1 and 1 are standard already; the logistic function of 1 is 0.731."""
    squashed = squash(np.array([[-1.0, 1.0], [3.0, 3.0]]))
    np.testing.assert_allclose(squashed, [[0.2689, 0.7311], [0.5, 0.5]], atol=1e-4)


@pytest.mark.parametrize(("channels", "shown"), [(1, 1), (3, 3), (5, 1)])
def test_only_three_channels_are_colours(channels: int, shown: int) -> None:
    kernel = np.random.default_rng(0).normal(size=(2, 4, channels, 6))
    assert first_filters(layer_of(kernel)).shape == (6, 2, 4, shown)


def test_what_is_no_picture() -> None:
    dense = keras.layers.Dense(3)
    dense.build((None, 4))
    assert len(first_filters(dense)) == 0
    assert len(first_filters(layer_of(np.ones((1, 1, 3, 8))))) == 0


def test_the_first_kernel_lies_in_the_first_model() -> None:
    inner = keras.Sequential(
        [keras.Input((9, 9, 3)), keras.layers.Rescaling(2), keras.layers.Conv2D(4, 3, name="inner")]
    )
    outer = keras.Sequential([keras.Input((9, 9, 3)), inner, keras.layers.Conv2D(2, 3)])
    found = first_kernel(outer)
    assert found is not None
    assert found.name == "inner"
    assert first_kernel(keras.Sequential([keras.Input((4,)), keras.layers.ReLU()])) is None


def test_64_filters_are_drawn_at_most() -> None:
    drawn = draw_filters(layer_of(np.random.default_rng(0).normal(size=(3, 3, 1, 70))))
    assert drawn is not None
    sheet, caption = drawn
    assert sheet.width == GAP + COLUMNS * (SIDE + GAP)
    assert caption.alt == "64 small squares, a filter each."
    assert draw_filters(None) is None
    assert draw_filters(layer_of(np.ones((1, 1, 3, 8)))) is None
