"""Activation maps of networks whose evidence is known."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image

from components.samples.image import ImageSample
from models import build_model
from pipelines.tasks.binary.activation_maps import activation_maps, last_features, overlay

SHAPE = (16, 24, 3)


def encode(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def images(count: int, shape: tuple[int, ...] = SHAPE) -> list[bytes]:
    generator = np.random.default_rng(0)
    return [encode(pixels) for pixels in generator.integers(0, 256, (count, *shape), np.uint8)]


def network_of(body: keras.Model, mean: int, deviation: int) -> keras.Model:
    """A network for pixels, all channels of which have the same mean and deviation."""
    height, width, channels = body.input_shape[1:]
    prepare = {"height": height, "width": width, "channels": channels}
    sample = ImageSample(name="toy", checks={}, prepare=prepare)
    pixels = [[[mean - deviation] * channels, [mean + deviation] * channels]]
    samples = tf.data.Dataset.from_tensors(tf.constant(pixels, tf.uint8))
    return sample.entrance(body, samples, raw=False)


def pooled(frozen: bool = False) -> keras.Model:
    """Convolutions named `backbone`, global average pooling and a dense layer."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input(SHAPE)
    convolutions = [layers.Conv2D(4, 3, strides=2, activation="relu"), layers.Conv2D(5, 3)]
    backbone = keras.Sequential([keras.Input(SHAPE), *convolutions], name="backbone")
    backbone.trainable = not frozen
    maps = layers.GlobalAveragePooling2D()(backbone(inputs))
    logits = layers.Dense(1, bias_initializer="ones", name="logits")(layers.Dropout(0.5)(maps))
    return network_of(keras.Model(inputs, logits), 120, 30)


@pytest.mark.parametrize("frozen", [False, True])
def test_below_pooling_the_maps_are_those_of_zhou(frozen: bool) -> None:
    network = pooled(frozen)
    body = network.layers[-1]
    encoded = images(3)
    pixels = np.stack([np.asarray(Image.open(io.BytesIO(image))) for image in encoded])
    normalised = (pixels.astype(np.float32) - 120) / 30
    features = body.get_layer("backbone")(normalised).numpy()
    kernel, bias = body.get_layer("logits").get_weights()
    rows, columns = features.shape[1:3]
    expected = (features @ kernel)[..., 0] / (rows * columns)
    maps = activation_maps(network, encoded)
    np.testing.assert_allclose(maps, expected, atol=1e-5)
    logits = network(pixels).numpy()[:, 0]
    np.testing.assert_allclose(maps.sum(axis=(1, 2)) + bias, logits, atol=1e-4)


def test_the_evidence_is_where_the_network_looks() -> None:
    inputs = keras.Input((8, 8, 1))
    maps = layers.Conv2D(1, 1, kernel_initializer="ones")(inputs)
    logits = layers.Dense(1, kernel_initializer="ones")(layers.GlobalAveragePooling2D()(maps))
    network = network_of(keras.Model(inputs, logits), 100, 10)
    pixels = np.full((8, 8), 100, np.uint8)
    pixels[1, 2], pixels[6, 5] = 200, 0
    (evidence,) = activation_maps(network, [encode(pixels)])
    assert np.unravel_index(evidence.argmax(), evidence.shape) == (1, 2)
    assert np.unravel_index(evidence.argmin(), evidence.shape) == (6, 5)
    assert evidence.max() == pytest.approx(-evidence.min())
    assert np.count_nonzero(evidence) == 2


def test_images_are_brought_to_the_size_of_the_network() -> None:
    maps = activation_maps(pooled(), [*images(1), *images(1, (40, 30, 3)), *images(1, (9, 9))])
    assert maps.shape[0] == 3
    assert np.isfinite(maps).all()


@pytest.mark.parametrize("name", ["digits_cnn", "digits_fcn", "transfer"])
def test_convoys_models(name: str) -> None:
    options = {"backbone": "small"} if name == "transfer" else {}
    body = build_model(name, (32, 32, 3), 1, options)
    maps = activation_maps(network_of(body, 1, 1), images(2))
    assert maps.ndim == 3
    assert np.isfinite(maps).all()
    assert maps.any()


def test_mixed_precision() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        network = pooled()
    finally:
        keras.config.set_dtype_policy("float32")
    assert activation_maps(network, images(2)).dtype == np.float32


def test_a_network_without_feature_maps() -> None:
    body = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="flat")
    with pytest.raises(ValueError, match="flat: no layer takes feature maps"):
        last_features(body)


def test_colours_say_for_and_against() -> None:
    grey = Image.new("RGB", (192, 192), (128, 128, 128))
    evidence = np.zeros((4, 4))
    evidence[0, 0], evidence[3, 3] = 1, -1
    pixels = np.asarray(overlay(grey, evidence)).astype(int)
    red, green, blue = pixels[5, 5]
    assert red > max(green, blue)
    red, green, blue = pixels[-5, -5]
    assert blue > max(red, green)
    np.testing.assert_array_equal(pixels[-5, 5], [128, 128, 128])
    np.testing.assert_array_equal(overlay(grey, 1e-9 * evidence), pixels)


def test_no_evidence_changes_nothing() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (192, 192, 3), np.uint8))
    assert overlay(image, np.zeros((2, 2))).tobytes() == image.tobytes()
