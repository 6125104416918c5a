import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from pipelines.tasks.shared.images import photometry

SHAPE = (3, 20, 30, 3)


def random_images(shape: tuple[int, ...] = SHAPE, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32)


def vector(*values: float) -> tf.Tensor:
    return tf.constant(values, tf.float32)


def test_brightness_adds_a_fraction_of_the_range() -> None:
    images = random_images()
    changed = photometry.adjust_brightness(images, vector(0.0, 0.2, -1.0))
    expected = images + np.array([0, 51, -255], np.float32).reshape(3, 1, 1, 1)
    np.testing.assert_allclose(changed, expected, atol=1e-4)


def test_contrast_stretches_about_mid_grey() -> None:
    images = random_images()
    factors = np.array([1.0, 1.5, 0.5], np.float32)
    changed = photometry.adjust_contrast(images, vector(*factors))
    expected = 127.5 + factors.reshape(3, 1, 1, 1) * (images - 127.5)
    np.testing.assert_allclose(changed, expected, atol=1e-4)


def test_saturation_stretches_about_the_grey_of_each_pixel() -> None:
    images = random_images()
    factors = np.array([0.0, 1.0, 1.5], np.float32)
    changed = photometry.adjust_saturation(images, vector(*factors)).numpy()
    grey = np.asarray(Image.fromarray(np.uint8(images[0])).convert("L"), np.float32)
    np.testing.assert_allclose(changed[0], np.stack([grey] * 3, axis=-1), atol=1.5)
    np.testing.assert_allclose(changed[1], images[1], atol=1e-4)
    middle = (images @ np.float32(photometry.LUMA))[..., None]
    expected = middle + factors.reshape(3, 1, 1, 1) * (images - middle)
    np.testing.assert_allclose(changed, expected, atol=1e-3)


def test_tint_multiplies_red_and_blue() -> None:
    images = random_images()
    changed = photometry.adjust_tint(images, vector(1.0, 1.1, 0.8), vector(1.0, 0.9, 1.2))
    gains = np.array([[1, 1, 1], [1.1, 1, 0.9], [0.8, 1, 1.2]], np.float32)
    np.testing.assert_allclose(changed, images * gains[:, None, None, :], rtol=1e-6)


def test_grey_images_have_no_colours_to_change() -> None:
    images = random_images((3, 4, 5, 1))
    half = vector(0.5, 0.5, 0.5)
    np.testing.assert_array_equal(photometry.adjust_saturation(images, half), images)
    np.testing.assert_array_equal(photometry.adjust_tint(images, half, half), images)


@settings(max_examples=15)
@given(sigmas=st.lists(st.floats(0.2, 2), min_size=3, max_size=3))
def test_blur_agrees_with_scipy(sigmas: list[float]) -> None:
    images = random_images()
    blurred = photometry.blur(images, vector(*sigmas), largest=2).numpy()
    for image, sigma, result in zip(images, sigmas, blurred, strict=True):
        expected = ndimage.gaussian_filter(
            image, (sigma, sigma, 0), mode="nearest", truncate=8 / sigma
        )
        np.testing.assert_allclose(result, expected, atol=1e-3)


def test_blur_without_deviation_is_the_identity() -> None:
    images = random_images()
    np.testing.assert_array_equal(photometry.blur(images, vector(0, 0, 0), 1.5), images)


def test_blur_may_reach_further_than_the_image() -> None:
    images = random_images((2, 5, 4, 1))
    blurred = photometry.blur(images, vector(3, 6), largest=6).numpy()
    for image, sigma, result in zip(images, (3, 6), blurred, strict=True):
        expected = ndimage.gaussian_filter(
            image, (sigma, sigma, 0), mode="nearest", truncate=24 / sigma
        )
        np.testing.assert_allclose(result, expected, atol=1e-3)


def test_noise_has_the_asked_deviation() -> None:
    images = np.full((3, 100, 100, 3), 100, np.float32)
    noisy = photometry.add_noise(images, vector(0.0, 0.02, 0.1), tf.constant([[1, 2]] * 3))
    noise = noisy.numpy() - images
    np.testing.assert_array_equal(noise[0], 0)
    np.testing.assert_allclose(noise.std(axis=(1, 2, 3)), [0, 5.1, 25.5], rtol=0.02)
    np.testing.assert_allclose(noise.mean(axis=(1, 2, 3)), 0, atol=0.5)


def test_noise_is_independent_between_images_and_channels() -> None:
    seeds = tf.constant([[0, 0], [0, 1], [1, 0]], tf.int64)
    noise = photometry.add_noise(tf.zeros((3, 100, 100, 3)), tf.ones(3), seeds).numpy()
    series = noise.transpose(0, 3, 1, 2).reshape(9, -1)
    np.testing.assert_allclose(np.corrcoef(series), np.eye(9), atol=0.05)


def test_noise_follows_its_seed() -> None:
    images = random_images((2, 8, 8, 1))
    once = photometry.add_noise(images, vector(0.1, 0.1), tf.constant([[3, 4], [5, 6]]))
    turned = photometry.add_noise(images[::-1], vector(0.1, 0.1), tf.constant([[5, 6], [3, 4]]))
    np.testing.assert_array_equal(once, turned[::-1])


@pytest.mark.parametrize(
    ("centre", "side", "rows", "columns"),
    [
        ((9.5, 4.5), 6, slice(2, 8), slice(7, 13)),
        ((9, 4), 5, slice(2, 7), slice(7, 12)),
        ((0, 19), 4, slice(18, 20), slice(0, 2)),  # over the corner
        ((9, 4), 0, slice(0), slice(0)),
    ],
)
def test_cut_out_greys_a_square(
    centre: tuple[float, float], side: float, rows: slice, columns: slice
) -> None:
    images = random_images((1, 20, 30, 2))
    expected = images.copy()
    expected[:, rows, columns] = 127.5
    cut = photometry.cut_out(images, tf.constant([centre], tf.float32), vector(side))
    np.testing.assert_array_equal(cut, expected)
