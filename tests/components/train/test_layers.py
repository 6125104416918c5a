from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.train.layers import layer_table
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


def test_branches_that_meet_reach_as_far_as_the_widest() -> None:
    entrance = keras.Input((SIDE, SIDE, 1))
    wide = layers.Conv2D(1, 5, padding="same")(layers.Conv2D(1, 3, padding="same")(entrance))
    model = keras.Model(entrance, layers.Add()([entrance, wide]))
    assert fields(model)[-1] == "7 x 7"
    assert measured(model) == 7


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
