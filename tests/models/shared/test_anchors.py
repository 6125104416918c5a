import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from models.shared.anchors import anchor_boxes, decode_boxes, encode_boxes

EDGE = st.floats(-50, 50, width=32)
SIDE = st.floats(1, 50, width=32)  # at most 50 times an anchor's
BOX = st.builds(lambda x, y, w, h: [x, y, x + w, y + h], EDGE, EDGE, SIDE, SIDE)


def test_anchors_lie_around_the_cells_fine_to_coarse() -> None:
    boxes = anchor_boxes(8, 16, (4, 8), 2.0, (0.25, 4.0))
    assert boxes.shape == ((2 * 4 + 1 * 2) * 2, 4)
    np.testing.assert_allclose(boxes[0], [2 - 8, 2 - 2, 2 + 8, 2 + 2])  # 8 px of area 8 x 8, wide
    np.testing.assert_allclose(boxes[1], [2 - 2, 2 - 8, 2 + 2, 2 + 8])
    np.testing.assert_allclose(boxes[-1], [12 - 4, 4 - 16, 12 + 4, 4 + 16])


def test_no_difference_is_the_anchor_and_one_is_a_tenth_of_its_side() -> None:
    anchor = tf.constant([10.0, 20.0, 30.0, 60.0])
    np.testing.assert_allclose(decode_boxes(tf.zeros(4), anchor), anchor)
    moved = decode_boxes(tf.constant([1.0, -1.0, 0.0, 0.0]), anchor)
    np.testing.assert_allclose(moved, [12, 16, 32, 56], rtol=1e-6)


@given(BOX, BOX)
def test_encoding_is_the_inverse(box: list[float], anchor: list[float]) -> None:
    told = encode_boxes(tf.constant(box), tf.constant(anchor))
    np.testing.assert_allclose(decode_boxes(told, tf.constant(anchor)), box, atol=2e-3, rtol=1e-4)


def test_a_box_has_a_largest_size() -> None:
    found = decode_boxes(tf.constant([0.0, 0.0, 1e9, 1e9]), tf.constant([0.0, 0.0, 2.0, 2.0]))
    assert found.numpy() == pytest.approx(np.array([-1, -1, 1, 1]) * np.exp(4) + 1, rel=1e-5)
