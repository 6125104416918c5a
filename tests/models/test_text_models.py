"""Networks over the words of a text."""

import keras
import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.core.layers import layer_table
from models import build_model


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)


def test_parameters() -> None:
    assert build_model("text_cnn", (32, 64), 1, {}).count_params() == 45_313
    assert build_model("kim_cnn", (64, 300), 1, {}).count_params() == 360_601


def test_kim_reads_three_four_and_five_words() -> None:
    table = layer_table(build_model("kim_cnn", (64, 8), 1, {})).set_index("layer")
    fields = [table.loc[f"kim_cnn/conv{kernel}", "receptive_field"] for kernel in (3, 4, 5)]
    assert fields == ["3", "4", "5"]
    assert table.loc["kim_cnn/pooling3", "receptive_field"] == "whole input"
    assert table.loc["kim_cnn/conv3", "output"] == "62 x 100"


def test_the_second_convolution_reads_fourteen_words() -> None:
    table = layer_table(build_model("text_cnn", (32, 8), 1, {})).set_index("layer")
    assert table.loc["text_cnn/conv2", "receptive_field"] == "14"


def test_layers_over_indices_are_listed_with_their_fields() -> None:
    indices = keras.Input((32,), dtype="int32")
    vectors = keras.layers.Embedding(10, 8, name="embedding")(indices)
    network = keras.Model(indices, build_model("kim_cnn", (32, 8), 1, {})(vectors), name="network")
    table = layer_table(network, (32, 8)).set_index("layer")  # as training gives the body's shape
    assert table.loc["network/embedding", "receptive_field"] == "1"
    assert table.loc["network/embedding", "output"] == "32 x 8"
    assert table.loc["kim_cnn/conv5", "receptive_field"] == "5"


def test_where_a_phrase_stands_does_not_matter() -> None:
    model = build_model("kim_cnn", (20, 4), 1, {})
    phrase = np.random.default_rng(0).normal(size=(5, 4))
    texts = np.zeros((2, 20, 4), "float32")
    texts[0, 5:10] = texts[1, 9:14] = phrase
    first, second = model.predict(texts, verbose=0)
    np.testing.assert_allclose(first, second, rtol=1e-5)


def test_the_weights_of_a_logit_are_cut_back() -> None:
    model = build_model("kim_cnn", (8, 4), 1, {"norm": 0.1, "dropout": 0.0, "kernels": (2,)})
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.fit(np.ones((4, 8, 4)), np.ones(4), verbose=0)
    kernel, _ = model.get_layer("logits").get_weights()
    assert np.linalg.norm(kernel) == pytest.approx(0.1, rel=1e-4)


def test_the_bag_adds_a_linear_function_of_the_sum_of_the_vectors() -> None:
    model = build_model("kim_cnn", (9, 4), 2, {"bag": True})
    plain = keras.Model(model.input, model.get_layer("logits").output)
    texts = np.random.default_rng(0).normal(size=(3, 9, 4)).astype("float32")
    (weights,) = model.get_layer("bag_logits").get_weights()
    added = texts.sum(axis=1) / np.sqrt(9) @ weights
    expected = plain.predict(texts, verbose=0) + added
    np.testing.assert_allclose(model.predict(texts, verbose=0), expected, rtol=1e-4, atol=1e-5)


def test_the_bag_costs_a_weight_a_number_of_the_vectors() -> None:
    model = build_model("kim_cnn", (64, 300), 1, {"bag": True})
    assert model.count_params() == 360_601 + 300
    table = layer_table(model).set_index("layer")
    assert table.loc["kim_cnn/bag", "receptive_field"] == "whole input"


def test_the_bag_keeps_32_bit_logits_in_mixed_precision() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_model("kim_cnn", (8, 4), 1, {"bag": True})
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.output.dtype == model.get_layer("bag_logits").compute_dtype == "float32"


@pytest.mark.parametrize(("name", "length"), [("text_cnn", 13), ("kim_cnn", 4)])
def test_texts_that_are_too_short(name: str, length: int) -> None:
    with pytest.raises(ConvoyError, match=f"{name} does not fit inputs"):
        build_model(name, (length, 4), 1, {})
    build_model(name, (length + 1, 4), 1, {})


def test_no_kernel() -> None:
    with pytest.raises(ConvoyError, match=r"train\.options\.kernels: Tuple should have at least 1"):
        build_model("kim_cnn", (8, 4), 1, {"kernels": []})
