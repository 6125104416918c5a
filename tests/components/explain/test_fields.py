import keras
import numpy as np
import pytest
from keras import layers

from components.core.layers import Field
from components.explain.fields import box_of, effective_field
from components.explain.network import lay_open
from models import build_model

SIDE = 33


def stack(*windows: keras.layers.Layer) -> keras.Model:
    value = inputs = keras.Input((SIDE, SIDE, 1))
    for layer in windows:
        value = layer(value)
    return keras.Model(inputs, value, name="net")


def test_a_box_lies_around_the_middle_and_ends_at_the_edges() -> None:
    field = Field((5.0, 3.0), (2.0, 2.0), (0.5, 0.0))
    assert box_of(field, 3, 2, 20, 20) == (3.0, 4.5, 6.0, 9.5)
    assert box_of(field, 0, 0, 20, 20) == (0.0, 0.0, 2.0, 3.5)
    assert box_of(field.whole(), 3, 2, 20, 30) == (0.0, 0.0, 30.0, 20.0)


def test_a_value_that_sees_padding_alone_has_the_nearest_pixel() -> None:
    field = Field((5.0, 3.0), (2.0, 2.0), (0.5, 0.0))
    assert box_of(field, 12, 13, 20, 20) == (19.0, 19.0, 20.0, 20.0)
    assert box_of(field, -3, -2, 20, 20) == (0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "windows",
    [
        [layers.Conv2D(1, 3, padding="same", name="last")],
        [layers.Conv2D(2, 5), layers.Conv2D(1, 3, name="last")],
        [layers.Conv2D(2, 3, 2), layers.AveragePooling2D(2), layers.Conv2D(1, 3, name="last")],
    ],
)
def test_gradients_fill_the_theoretical_field_and_nothing_else(
    windows: list[keras.layers.Layer],
) -> None:
    inside = lay_open(stack(*windows), (SIDE, SIDE, 1))
    for weight in inside.model.trainable_weights:
        weight.assign(np.ones(weight.shape))
    strength = effective_field(inside, "net/last", np.ones((1, SIDE, SIDE, 1)))
    place = inside.maps["net/last"].shape[1] // 2
    left, top, right, bottom = box_of(inside.fields["net/last"], place, place, SIDE, SIDE)
    rows, columns = strength.any(axis=1).nonzero()[0], strength.any(axis=0).nonzero()[0]
    assert (rows[0], rows[-1] + 1) == (top, bottom)
    assert (columns[0], columns[-1] + 1) == (left, right)
    assert strength.max() == 1


def test_the_effective_field_of_a_stack_is_a_bell() -> None:
    """Luo et al.: with equal weights it is a box convolved with itself, n times."""
    convolutions = [layers.Conv2D(1, 3, padding="same", name=f"conv{at}") for at in range(4)]
    inside = lay_open(stack(*convolutions), (SIDE, SIDE, 1))
    for weight in inside.model.trainable_weights:
        weight.assign(np.ones(weight.shape))
    strength = effective_field(inside, "net/conv3", np.ones((1, SIDE, SIDE, 1)))
    row = np.ones(1)
    for _ in range(4):
        row = np.convolve(row, np.ones(3))
    middle = SIDE // 2
    expected = np.outer(row, row) / row.max() ** 2
    np.testing.assert_allclose(strength[middle - 4 : middle + 5, middle - 4 : middle + 5], expected)


def test_fields_of_a_network_of_convoys() -> None:
    inside = lay_open(build_model("digits_cnn", (28, 28, 1), 10, {}), (28, 28, 1))
    names = inside.blocks()
    assert [str(inside.fields[name]) for name in names] == ["3 x 3", "4 x 4", "8 x 8", "10 x 10"]
