from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.layers import Field, layer_table, receptive_fields
from models import build_model

layers = keras.layers
SIDE = 64


def network(*stack: Any, side: int = SIDE) -> keras.Model:
    entrance = value = keras.Input((side, side, 1))
    for layer in stack:
        value = layer(value)
    return keras.Model(entrance, value, name="net")


def fields(model: keras.Model) -> list[str]:
    return layer_table(model)["receptive_field"].tolist()


def measured(model: keras.Model) -> int:
    """How many places of the input move the value in the middle, by its gradient."""
    for weight in model.trainable_weights:
        weight.assign(np.ones(weight.shape))
    with tf.GradientTape() as tape:
        images = tf.Variable(np.random.default_rng(0).random((1, SIDE, SIDE, 1), np.float32))
        outputs = model(images)
        value = outputs[0, outputs.shape[1] // 2, outputs.shape[2] // 2, 0]
    touched = np.abs(tape.gradient(value, images).numpy()[0, :, :, 0]).sum(axis=0).nonzero()[0]
    return int(touched.max() - touched.min() + 1)


WINDOWS: dict[str, Callable[[int, int], Any]] = {
    "conv": lambda kernel, stride: layers.Conv2D(1, kernel, stride, padding="same"),
    "pool": lambda kernel, stride: layers.AveragePooling2D(kernel, stride, padding="same"),
    "dilated": lambda kernel, _: layers.Conv2D(1, kernel, dilation_rate=2, padding="same"),
    "depthwise": lambda kernel, stride: layers.DepthwiseConv2D(kernel, stride, padding="same"),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(WINDOWS)), st.integers(1, 3)), max_size=4))
@settings(max_examples=12)
def test_the_field_is_what_gradients_reach(stack: list[tuple[str, int]]) -> None:
    model = network(*(WINDOWS[kind](kernel, min(kernel, 2)) for kind, kernel in stack))
    if stack:
        reach = measured(model)
        assert fields(model)[-1] == f"{reach} x {reach}"


def reach(model: keras.Model, at: int) -> tuple[int, int]:
    """The first and the last place of the input that move a value."""
    for weight in model.trainable_weights:
        weight.assign(np.ones(weight.shape))
    with tf.GradientTape() as tape:
        images = tf.Variable(np.ones((1, SIDE, SIDE, 1), np.float32))
        value = model(images)[0, at, at, 0]
    touched = np.abs(tape.gradient(value, images).numpy()[0, :, :, 0]).sum(axis=0).nonzero()[0]
    return int(touched.min()), int(touched.max())


WINDOW = st.tuples(st.sampled_from(["same", "valid"]), st.integers(2, 4), st.integers(1, 2))


@given(st.lists(WINDOW, min_size=1, max_size=3), st.integers(0, 2))
@settings(max_examples=12)
def test_the_field_lies_where_gradients_reach(
    stack: list[tuple[str, int, int]], border: int
) -> None:
    windows = [layers.Conv2D(1, kernel, step, padding=padding) for padding, kernel, step in stack]
    model = network(layers.ZeroPadding2D(border), *windows, layers.Cropping2D(1))
    (*_, field) = receptive_fields(model).values()
    at = model.output_shape[2] // 2
    first, last = reach(model, at)
    assert field.centres[1] + at * field.steps[1] == (first + last) / 2
    assert field.sizes[1] == last - first + 1
    assert field.centres[0] == field.centres[1]


@pytest.mark.parametrize(
    "layer", [layers.Conv2DTranspose(1, 4, 2, padding="same"), layers.UpSampling2D(2)]
)
def test_the_field_behind_what_enlarges_lies_there_but_for_half_a_step(layer: Any) -> None:
    model = network(layers.AveragePooling2D(4), layer)
    (*_, field) = receptive_fields(model).values()
    for at in (10, 11):
        first, last = reach(model, at)
        assert abs(field.centres[0] + at * field.steps[0] - (first + last) / 2) <= 2


def test_branches_that_meet_reach_as_far_as_the_widest() -> None:
    entrance = keras.Input((SIDE, SIDE, 1))
    wide = layers.Conv2D(1, 5, padding="same")(layers.Conv2D(1, 3, padding="same")(entrance))
    model = keras.Model(entrance, layers.Add()([entrance, wide]))
    assert fields(model)[-1] == "7 x 7"
    assert measured(model) == 7


def test_each_output_of_a_nested_network_has_its_own_field() -> None:
    entrance = keras.Input((SIDE, SIDE, 1))
    fine = layers.Conv2D(1, 3, padding="same")(entrance)
    coarse = layers.MaxPooling2D(2)(fine)
    backbone = keras.Model(entrance, [coarse, fine])
    images = keras.Input((SIDE, SIDE, 1))
    halved, whole = backbone(images)
    of_fine = layers.Conv2D(1, 1, name="of_fine")(whole)
    of_coarse = layers.UpSampling2D(2, name="of_coarse")(halved)
    found = receptive_fields(keras.Model(images, [of_fine, of_coarse], name="net"))
    assert found["net/of_fine"] == Field((3.0, 3.0), (1.0, 1.0), (0.0, 0.0))
    assert found["net/of_coarse"] == Field((4.0, 4.0), (1.0, 1.0), (0.0, 0.0))


@pytest.mark.parametrize(
    ("stack", "field"),
    [
        ([layers.MaxPooling2D(2), layers.Conv2DTranspose(1, 2, 2)], "2 x 2"),
        ([layers.MaxPooling2D(2), layers.UpSampling2D(2), layers.Conv2D(1, 3)], "4 x 4"),
        ([layers.Conv2D(1, 3), layers.GlobalAveragePooling2D()], "whole input"),
        ([layers.Flatten(), layers.Dense(3)], "whole input"),
        ([layers.Conv2D(1, (3, 5))], "3 x 5"),
    ],
)
def test_fields_of_what_enlarges_or_ends(stack: list[Any], field: str) -> None:
    assert fields(network(*stack))[-1] == field


def test_a_layer_of_ones_own_is_not_guessed() -> None:
    class Odd(layers.Layer):
        def call(self, values: Any) -> Any:
            return values[:, ::-1]

    class Told(Odd):
        reach = "all"

    assert fields(network(Odd(), layers.Conv2D(1, 3))) == ["", ""]
    assert fields(network(Told(), layers.Conv2D(1, 3))) == ["whole input", "whole input"]


@pytest.mark.parametrize(
    ("layer", "output", "multiply_adds", "stride"),
    [
        (layers.Conv2D(4, 3), "62 x 62 x 4", 3 * 3 * 4 * 62 * 62, "1"),
        (layers.Conv2D(4, 3, 2, padding="same"), "32 x 32 x 4", 3 * 3 * 4 * 32 * 32, "2"),
        (layers.Conv2D(4, 3, (1, 2), padding="same"), "64 x 32 x 4", 9 * 4 * 64 * 32, "1 x 2"),
        (layers.DepthwiseConv2D(5), "60 x 60 x 1", 5 * 5 * 60 * 60, "1"),
        (layers.SeparableConv2D(8, 3), "62 x 62 x 8", (9 + 8) * 62 * 62, "1"),
        (layers.Conv2DTranspose(2, 2, 2), "128 x 128 x 2", 2 * 2 * 2 * SIDE * SIDE, "0.5"),
        (layers.Dense(7), "64 x 64 x 7", 7 * SIDE * SIDE, "1"),
        (layers.MaxPooling2D(2), "32 x 32 x 1", 0, "2"),
        (layers.BatchNormalization(), "64 x 64 x 1", 0, "1"),
        (layers.GlobalAveragePooling2D(), "1", 0, ""),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_what_a_layer_costs(layer: Any, output: str, multiply_adds: int, stride: str) -> None:
    row = layer_table(network(layer)).iloc[-1]
    assert (row["output"], row["multiply_adds"], row["stride"]) == (output, multiply_adds, stride)
    assert row["bytes"] == 4 * np.prod([int(side) for side in output.split(" x ")])


def test_a_network_for_any_size_costs_what_the_size_says() -> None:
    inputs = keras.Input((None, None, 1))
    inner = keras.Sequential([keras.Input((None, None, 1)), layers.Conv2D(2, 3)], name="inner")
    model = keras.Model(inputs, layers.Conv2D(5, 1)(inner(inputs)), name="net")
    unknown = layer_table(model)
    assert unknown["output"].tolist() == ["? x ? x 2", "? x ? x 5"]
    assert unknown[["bytes", "multiply_adds"]].isna().all(axis=None)
    known = layer_table(model, (10, 12, 1))
    assert known["output"].tolist() == ["8 x 10 x 2", "8 x 10 x 5"]
    assert known["multiply_adds"].tolist() == [9 * 2 * 80, 10 * 80]


def test_a_recurrent_layer_multiplies_at_every_step() -> None:
    inputs = keras.Input((9, 4))
    model = keras.Model(inputs, layers.LSTM(3)(inputs), name="net")
    assert layer_table(model)["multiply_adds"].tolist() == [9 * (4 * 12 + 3 * 12)]


@pytest.mark.parametrize(
    ("name", "channels", "field"),
    [
        ("unet", 3, "64 x 64"),
        ("transfer", 3, "whole input"),
        ("keypoint_heatmap", 1, "whole input"),
    ],
)
def test_every_layer_of_nested_networks_is_there(name: str, channels: int, field: str) -> None:
    model = build_model(name, (96, 96, channels), 30, {})
    table = layer_table(model)
    assert table["parameters"].sum() == model.count_params()
    assert table["layer"].is_unique
    assert (table["receptive_field"] != "").all()
    assert table["receptive_field"].iloc[-1] == field


def test_a_model_that_is_called_several_times_is_told_once() -> None:
    maps, any_size = keras.Input((8, 8, 3)), keras.Input((None, None, 3))
    inner = keras.Model(any_size, keras.layers.Conv2D(4, 3, name="shared")(any_size), name="inner")
    joined = keras.layers.Concatenate(axis=1)([inner(maps), inner(maps[:, 2:])])
    table = layer_table(keras.Model(maps, joined))
    row = table[table["layer"] == "inner/shared"].iloc[0]
    assert (row["output"], row["parameters"]) == ("6 x 6 x 4", 112)
    assert table["parameters"].sum() == 112
