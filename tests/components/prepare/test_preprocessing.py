import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.prepare.params import PrepareParams
from components.prepare.preprocessing import decode_images, decode_with_sizes

RNG = np.random.default_rng(0)


def encode(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def decode(*images: bytes, height: int = 28, width: int = 28, channels: int = 1) -> np.ndarray:
    params = PrepareParams(height=height, width=width, channels=channels)
    return decode_images(tf.constant(list(images)), params).numpy()


def test_an_image_of_the_right_size_keeps_its_pixels() -> None:
    pixels = RNG.integers(0, 256, (28, 28), np.uint8)
    np.testing.assert_array_equal(decode(encode(pixels))[0, ..., 0], pixels)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_images_of_any_size_and_format_share_a_batch(kind: str) -> None:
    small = encode(RNG.integers(0, 256, (10, 20, 3), np.uint8), kind)
    large = encode(RNG.integers(0, 256, (90, 60, 3), np.uint8), kind)
    batch = decode(small, large, height=30, width=40, channels=3)
    assert (batch.shape, batch.dtype) == ((2, 30, 40, 3), np.uint8)


def test_the_sizes_are_those_of_the_files() -> None:
    files = [encode(np.zeros(shape, np.uint8)) for shape in ((10, 20), (90, 60))]
    params = PrepareParams(height=30, width=40, channels=1)
    sizes = decode_with_sizes(tf.constant(files), params)[1]
    np.testing.assert_array_equal(sizes, [[10, 20], [90, 60]])


def test_shrinking_averages() -> None:
    checkers = np.indices((56, 56)).sum(axis=0) % 2 * 255
    shrunk = decode(encode(checkers.astype(np.uint8)))[0, 2:-2, 2:-2, 0]
    assert np.abs(shrunk.astype(int) - 127).max() <= 2


def test_grey_becomes_colour_and_back() -> None:
    pixels = RNG.integers(0, 256, (28, 28), np.uint8)
    colour = decode(encode(pixels), channels=3)
    np.testing.assert_array_equal(colour[0], np.repeat(pixels[..., None], 3, axis=-1))
