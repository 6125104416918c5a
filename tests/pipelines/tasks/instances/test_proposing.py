import numpy as np
import pytest
import tensorflow as tf

from models.shared.anchors import encode_boxes
from pipelines.tasks.instances.proposing import huber, own, proposal_loss
from pipelines.tasks.shared.boxes.targets import unpack_targets

ANCHORS = tf.constant([[0.0, 0, 10, 10], [10, 0, 20, 10], [0, 10, 10, 20], [40, 40, 50, 50]])
SURE = 12.0


def targets(*rows: list[float]) -> object:
    return unpack_targets(tf.constant([[*rows, [0, 0, 0, 0, -1, 0]]], tf.float32))


def outputs(*has: int, box: tuple[float, ...] = (0, 0, 0, 0)) -> tf.Tensor:
    """Outputs that are sure of the anchors that have an object, and of the others that not."""
    told = np.zeros((1, 4, 5), "float32")
    told[0, :, 4] = [SURE if at in has else -SURE for at in range(4)]
    told[0, :, :4] = box
    return tf.constant(told)


def test_boxes_know_the_object_that_they_overlap_most() -> None:
    truth = targets([0, 0, 10, 8, 0, 0], [8, 0, 20, 10, 1, 0], [30, 30, 60, 60, 0, 1])
    owned = own(truth, ANCHORS[tf.newaxis])
    assert owned.owner[0, :2].numpy().tolist() == [0, 1]
    np.testing.assert_allclose(owned.overlap[0], [0.8, 10 / 12, 0, 0], rtol=1e-5)
    assert owned.ignored[0].numpy().tolist() == [False, False, False, True]


def test_what_is_told_rightly_costs_nothing() -> None:
    truth = targets([0, 0, 10, 10, 0, 0])
    assert float(proposal_loss(truth, outputs(0), ANCHORS)) == pytest.approx(0, abs=1e-4)
    assert float(proposal_loss(truth, outputs(), ANCHORS)) > 1
    assert float(proposal_loss(truth, outputs(0, 1), ANCHORS)) > 1


def test_the_best_anchor_of_an_object_has_it_however_bad() -> None:
    truth = targets([0, 0, 3, 3, 0, 0])
    right = encode_boxes(tf.constant([0.0, 0, 3, 3]), ANCHORS[0])
    told = outputs(0, box=tuple(right.numpy().tolist()))
    assert float(proposal_loss(truth, told, ANCHORS)) == pytest.approx(0, abs=1e-4)


def test_ignored_objects_count_neither_way() -> None:
    truth = targets([0, 0, 10, 10, 0, 0], [40, 40, 50, 50, 0, 1])
    for told in (outputs(0), outputs(0, 3)):
        assert float(proposal_loss(truth, told, ANCHORS)) == pytest.approx(0, abs=1e-4)


def test_an_image_without_objects_has_a_loss() -> None:
    assert float(proposal_loss(targets(), outputs(), ANCHORS)) == pytest.approx(0, abs=1e-4)
    assert float(proposal_loss(targets(), outputs(1), ANCHORS)) > 1


def test_huber_is_square_near_and_linear_far() -> None:
    anchor = tf.constant([[0.0, 0, 10, 10]])
    for distance, loss in ((0.5, 0.125), (3.0, 2.5)):
        told = tf.constant([[distance, 0.0, 0.0, 0.0]])
        found = huber(told, anchor, anchor, tf.constant([True]))
        assert float(found[0]) == pytest.approx(loss)


def test_empty_boxes_make_no_infinite_slopes() -> None:
    told = tf.Variable([[1.0, 1.0, 1.0, 1.0]])
    empty = tf.zeros((1, 4))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(huber(told, empty, empty, tf.constant([False])))
    assert float(loss) == 0
    assert np.isfinite(tf.convert_to_tensor(tape.gradient(loss, told)).numpy()).all()
