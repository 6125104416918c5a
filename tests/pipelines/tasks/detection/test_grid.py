"""The head of YOLO's first version: layout of the outputs, and the multi-part squared error."""

import numpy as np
import pytest
import tensorflow as tf

from pipelines.tasks.detection.grid import GridHead
from pipelines.tasks.shared.boxes.targets import pack_targets, unpack_targets
from tests.boxes import Edges, features

SIZE = (70, 140)
GRID, BOXES, CLASSES = 7, 2, 20


def head(classes: int = CLASSES) -> GridHead:
    return GridHead(classes, SIZE, GRID, BOXES)


def answer(box: Edges, kind: int, confidence: float = 1.0) -> np.ndarray:
    """Outputs that name one box in its cell, and nothing else."""
    outputs = np.zeros((1, GRID, GRID, 5 * BOXES + CLASSES), np.float32)
    height, width = SIZE
    x, y = (box[0] + box[2]) / 2 / width * GRID, (box[1] + box[3]) / 2 / height * GRID
    row, column = int(y), int(x)
    roots = [np.sqrt((box[2] - box[0]) / width), np.sqrt((box[3] - box[1]) / height)]
    outputs[0, row, column, :5] = [x - column, y - row, *roots, confidence]
    outputs[0, row, column, 10 + kind] = 1
    return outputs


def test_a_cell_has_as_many_values_as_in_the_paper() -> None:
    assert head().units == 30  # 7 x 7 x 30 for the 20 classes of Pascal VOC


def test_a_candidate_is_the_box_that_was_meant_and_its_confidence_times_probability() -> None:
    box = (31.0, 12.0, 83.0, 47.0)
    boxes, scores = head().candidates(tf.constant(answer(box, 3, 0.8)))
    assert boxes.shape == (1, GRID * GRID * BOXES, 4)
    best = int(np.argmax(scores[0].numpy().max(axis=1)))
    np.testing.assert_allclose(boxes[0, best], box, atol=1e-3)
    assert scores[0, best, 3].numpy() == pytest.approx(0.8, abs=1e-4)


def test_how_sure_it_is_stays_between_0_and_1() -> None:
    outputs = np.linspace(-3, 3, GRID * GRID * 30, dtype=np.float32).reshape(1, GRID, GRID, 30)
    scores = head().candidates(tf.constant(outputs))[1].numpy()
    assert (scores.min(), scores.max()) == (0, 1)


def test_the_loss_of_a_right_answer_is_about_zero() -> None:
    box = (31.0, 12.0, 83.0, 47.0)
    truth = pack_targets(features(box, classes=(3,)))
    assert float(head().loss()(truth, answer(box, 3))) == pytest.approx(0, abs=1e-3)


def test_the_parts_of_the_loss_by_hand() -> None:
    """Half sure of nothing: 97 empty boxes at 0.5 x 0.25, and the four parts of the one cell."""
    box = (40.0, 25.0, 60.0, 45.0)  # the middle, (50, 35), is that of a cell of 20 by 10
    truth = pack_targets(features(box, classes=(0,)))
    outputs = np.full((1, GRID, GRID, 5 * BOXES + CLASSES), 0.5, np.float32)
    place = (np.sqrt(20 / 140) - 0.5) ** 2 + (np.sqrt(20 / 70) - 0.5) ** 2
    suggested = (0.5**2 * 140, 0.5**2 * 70)  # roots of 0.5: 35 by 17.5
    shared = 20 * 17.5
    overlap = shared / (20 * 20 + suggested[0] * suggested[1] - shared)
    classes = CLASSES * 0.5**2
    wanted = 5 * place + (overlap - 0.5) ** 2 + 97 * 0.5 * 0.25 + classes
    assert float(head().loss()(truth, outputs)) == pytest.approx(wanted, rel=1e-4)


def test_of_two_objects_in_a_cell_the_larger_is_learnt_and_others_have_their_own() -> None:
    small, large = (41.0, 21.0, 45.0, 25.0), (30.0, 15.0, 62.0, 39.0)
    other = (100.0, 50.0, 120.0, 60.0)
    told = unpack_targets(pack_targets(features(small, large, other)))
    owner, filled = head().owners(told)
    cells = np.flatnonzero(filled[0])
    assert cells.tolist() == [2 * GRID + 2, 5 * GRID + 5]
    assert owner.numpy()[0, cells].tolist() == [1, 2]


def test_what_does_not_count_is_not_learnt() -> None:
    told = unpack_targets(pack_targets(features((41, 21, 45, 25), classes=(0,), ignored=(1,))))
    assert not head().owners(told)[1].numpy().any()


def test_the_loss_has_a_finite_gradient_with_and_without_boxes() -> None:
    outputs = tf.Variable(tf.zeros((1, GRID, GRID, head().units)))
    for each in (features(classes=()), features((20, 12, 36, 28), classes=(1,))):
        with tf.GradientTape() as tape:
            loss = head().loss()(pack_targets(each), outputs)
        assert np.isfinite(tape.gradient(loss, outputs)).all()
