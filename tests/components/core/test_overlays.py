import numpy as np
from PIL import Image

from components.core.overlays import heat, overlay


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


def test_heat_is_brightest_where_a_map_is_greatest() -> None:
    values = np.array([[0.0, 1.0], [2.0, 3.0]])
    light = np.asarray(heat(values)).sum(axis=-1)
    assert light.ravel().argsort().tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(heat(values), heat(10 * values - 3))


def test_a_constant_map_is_dark() -> None:
    assert np.unique(np.asarray(heat(np.ones((3, 3))))[..., 0]).tolist() == [0]
