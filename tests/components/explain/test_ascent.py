import keras
import numpy as np
import pytest
from keras import layers

from components.explain.ascent import Ascent, _roughness, ascend, flat

SIDE = 24
IMAGES = np.random.default_rng(0).integers(60, 200, (5, SIDE, SIDE, 1))


def likes(kernel: np.ndarray) -> keras.Model:
    """A network of one filter."""
    inputs = keras.Input((SIDE, SIDE, 1))
    layer = layers.Conv2D(1, kernel.shape, use_bias=False, padding="same")
    model = keras.Model(inputs, layer(inputs))
    model.set_weights([kernel[..., None, None]])
    return model


def score(model: keras.Model, image: np.ndarray) -> float:
    return float(np.mean(model(image[None])))


@pytest.mark.parametrize("octaves", [1, 3])
@pytest.mark.parametrize("noise", [0.0, 20.0])
def test_a_channel_that_likes_light_makes_light_and_one_that_does_not_dark(
    octaves: int, noise: float
) -> None:
    start, _ = flat(IMAGES)
    for sign in (1.0, -1.0):
        model = likes(np.full((3, 3), sign))
        grown = ascend(model, start, 0, Ascent(octaves=octaves), noise)
        assert score(model, grown) > score(model, start)
        assert np.sign(grown.mean() - start.mean()) == sign
        assert grown.min() >= 0
        assert grown.max() <= 255


def test_the_same_image_again() -> None:
    model, (start, noise) = likes(np.ones((3, 3))), flat(IMAGES)
    twice = [ascend(model, start, 0, Ascent(steps=2), noise) for _ in range(2)]
    np.testing.assert_array_equal(*twice)


def test_what_nothing_likes_stays_and_noise_is_made_smooth() -> None:
    dead, (start, noise) = likes(np.zeros((3, 3))), flat(IMAGES)
    np.testing.assert_array_equal(ascend(dead, start, 0, Ascent(steps=3)), start)
    rough = ascend(dead, start, 0, Ascent(steps=1, octaves=1), noise)
    smooth = ascend(dead, start, 0, Ascent(steps=30, octaves=1), noise)
    assert np.diff(smooth, axis=0).std() < np.diff(rough, axis=0).std() / 3


def test_it_begins_as_bright_as_images_are() -> None:
    start, noise = flat(IMAGES)
    assert start.shape == (SIDE, SIDE, 1)
    np.testing.assert_allclose(start, IMAGES.mean(), rtol=1e-6)
    assert noise == pytest.approx(IMAGES.std() / 2)


def test_roughness_is_the_gradient_of_squared_differences() -> None:
    import tensorflow as tf

    image = tf.constant(np.random.default_rng(0).normal(size=(1, 5, 6, 2)))
    with tf.GradientTape() as tape:
        tape.watch(image)
        steps = [image[:, 1:] - image[:, :-1], image[:, :, 1:] - image[:, :, :-1]]
        total = sum(tf.reduce_sum(step**2) for step in steps) / 2
    np.testing.assert_allclose(_roughness(image), tape.gradient(total, image), atol=1e-12)
