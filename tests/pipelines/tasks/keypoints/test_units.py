"""Points in pixels and from -1 to 1."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.keypoints import TASK
from pipelines.tasks.keypoints.units import to_pixels, to_unit
from tests.specs import make_spec


@given(st.floats(-10, 200), st.integers(1, 300))
def test_scales_are_inverse(x: float, width: int) -> None:
    assert to_pixels(to_unit(x, width), width) == pytest.approx(x, abs=1e-9)


def test_the_unit_square_is_the_image_with_its_edges() -> None:
    corners = np.array([[-0.5, -0.5], [95.5, 63.5], [47.5, 31.5]])
    np.testing.assert_array_equal(to_unit(corners, (96, 64)), [[-1, -1], [1, 1], [0, 0]])


def test_a_dot_stays_in_place_when_the_image_is_resized() -> None:
    rows, columns = np.indices((60, 90))
    x, y = 30.3, 20.6
    dot = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 6.0**2))
    encoded = tf.io.encode_png(np.round(dot)[..., None].astype(np.uint8))
    sample = make_spec(TASK, prepare={"height": 96, "width": 48, "channels": 1}).sample
    images, _ = sample.serve(encoded[None])
    pixels = images[0, ..., 0].numpy().astype(float)
    found = [(pixels.sum(axis) @ np.arange(n)) / pixels.sum() for axis, n in ((0, 48), (1, 96))]
    units = to_unit(np.array([x, y]), (90, 60))
    assert found == pytest.approx(to_pixels(units, (48, 96)), abs=0.1)
