"""Evidence in networks of which it is known."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image

from components.samples.image import ImageSample
from models import build_model
from pipelines.tasks.shared.evidence import evidence_in

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


def evidence(network: keras.Model, encoded: list[bytes]) -> np.ndarray:
    """The evidence for a network's one output."""
    maps = evidence_in(network, encoded, np.ones((len(encoded), 1)))
    assert maps is not None
    return maps


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
    maps = evidence(network, encoded)
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
    (shown,) = evidence(network, [encode(pixels)])
    assert np.unravel_index(shown.argmax(), shown.shape) == (1, 2)
    assert np.unravel_index(shown.argmin(), shown.shape) == (6, 5)
    assert shown.max() == pytest.approx(-shown.min())
    assert np.count_nonzero(shown) == 2


def test_images_are_brought_to_the_size_of_the_network() -> None:
    maps = evidence(pooled(), [*images(1), *images(1, (40, 30, 3)), *images(1, (9, 9))])
    assert maps.shape[0] == 3
    assert np.isfinite(maps).all()


@pytest.mark.parametrize("name", ["digits_cnn", "digits_fcn", "transfer"])
def test_convoys_models(name: str) -> None:
    options = {"backbone": "small"} if name == "transfer" else {}
    body = build_model(name, (32, 32, 3), 1, options)
    maps = evidence(network_of(body, 1, 1), images(2))
    assert maps.ndim == 3
    assert np.isfinite(maps).all()
    assert maps.any()


def test_mixed_precision() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        network = pooled()
    finally:
        keras.config.set_dtype_policy("float32")
    assert evidence(network, images(2)).dtype == np.float32


def test_each_image_has_an_answer_of_its_own() -> None:
    keras.utils.set_random_seed(0)
    network = network_of(build_model("digits_cnn", (28, 28, 1), 3, {}), 1, 1)
    encoded = images(1, (28, 28)) * 3
    maps = evidence_in(network, encoded, np.eye(3))
    assert maps is not None
    for answer, each in zip(np.eye(3), maps, strict=True):
        alone = evidence_in(network, encoded[:1], answer[np.newaxis])
        assert alone is not None
        np.testing.assert_allclose(each, alone[0], atol=1e-4)
    assert not np.allclose(maps[0], maps[1])


@pytest.mark.parametrize("shape", [(8, 8, 1), (4,)])
def test_a_network_without_maps_has_no_evidence(shape: tuple[int, ...]) -> None:
    body = keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(1)])
    assert evidence_in(body, images(1, (8, 8)), np.ones((1, 1))) is None
