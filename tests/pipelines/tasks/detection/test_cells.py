"""The anchor-free head: where its cells are, which finds what, and its loss."""

from collections.abc import Sequence

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.core.boxes import giou, iou
from models.shared.cells import cell_centres
from pipelines.tasks.detection.assignment import MOST, assign
from pipelines.tasks.detection.cells import USUAL, CellHead
from pipelines.tasks.shared.boxes import geometry
from pipelines.tasks.shared.boxes.targets import Targets, pack_targets, unpack_targets
from tests.boxes import Edges, features

HEIGHT, WIDTH, STRIDES = 64, 96, (8, 16, 32)


def targets(*boxes: Edges, classes: Sequence[int] = (), ignored: Sequence[int] = ()) -> Targets:
    return unpack_targets(pack_targets(features(*boxes, classes=classes, ignored=ignored)))


def test_cells_cover_the_image_stride_by_stride() -> None:
    cells = cell_centres(60, 90, STRIDES)  # filled up to 64 x 96
    assert len(cells) == 8 * 12 + 4 * 6 + 2 * 3
    np.testing.assert_array_equal(cells[:2], [[4, 4, 8], [12, 4, 8]])
    np.testing.assert_array_equal(cells[-1], [80, 48, 32])


def test_outputs_of_zero_are_boxes_of_usual_size_around_the_cells() -> None:
    head = CellHead(2, (HEIGHT, WIDTH), STRIDES)
    boxes, scores = head.candidates(tf.zeros((1, len(head.cells), head.units)))
    np.testing.assert_array_equal(boxes[0, 0], [-12, -12, 20, 20])  # 4 strides about 4, 4
    np.testing.assert_array_equal(boxes[0, -1], [16, -16, 144, 112])
    assert np.unique(scores) == 0.5


def test_places_without_a_box_are_cut_off() -> None:
    told = targets((0, 0, 9, 9), (1, 1, 5, 5), (2, 2, 4, 4), classes=(0, 1, 1), ignored=(0, 1, 0))
    assert told.boxes.shape == (1, 3, 4)
    assert told.wanted.numpy().tolist() == [[True, False, True]]
    assert told.ignored.numpy().tolist() == [[False, True, False]]
    assert targets(classes=()).wanted.numpy().tolist() == [[False]]


def suggest(head: CellHead, box: Edges) -> tf.Tensor:
    """Every cell suggests one and the same box."""
    return tf.tile(tf.constant(box, tf.float32)[None, None], (1, len(head.cells), 1))


def test_an_object_gets_cells_near_it_and_the_best_is_as_sure_as_it_overlaps() -> None:
    head = CellHead(2, (HEIGHT, WIDTH), STRIDES)
    box, near = (20.0, 10.0, 70.0, 50.0), (20.0, 10.0, 60.0, 50.0)
    probabilities = tf.fill((1, len(head.cells), 2), 0.3)
    found = assign(targets(box, classes=(1,)), suggest(head, near), probabilities, head.cells)
    sure = found.scores.numpy()[0]
    assert not sure[:, 0].any()
    chosen = head.cells[sure[:, 1] > 0]
    assert len(chosen) >= MOST
    reach = np.maximum((25, 20), chosen[:, 2:])  # half the box, or a stride where that is more
    assert (np.abs(chosen[:, :2] - (45, 30)) < reach).all()
    assert sure.max() == pytest.approx(0.8, rel=1e-3)
    np.testing.assert_array_equal(found.boxes[0].numpy()[sure[:, 1] > 0][0], box)


def test_an_object_between_all_centres_gets_a_cell() -> None:
    head = CellHead(1, (HEIGHT, WIDTH), STRIDES)
    thin = (9.0, 21.0, 11.0, 23.0)
    assert not ((head.cells[:, :2] > thin[:2]) & (head.cells[:, :2] < thin[2:])).all(axis=1).any()
    boxes, probabilities = head.candidates(tf.zeros((1, len(head.cells), head.units)))
    found = assign(targets(thin, classes=(0,)), boxes, probabilities, head.cells)
    assert found.scores.numpy().any()


def test_a_cell_gets_one_object_that_which_it_overlaps_most() -> None:
    head = CellHead(2, (HEIGHT, WIDTH), STRIDES)
    first, second = (0.0, 0.0, 40.0, 40.0), (4.0, 0.0, 44.0, 40.0)
    probabilities = tf.fill((1, len(head.cells), 2), 0.3)
    told = targets(first, second)
    found = assign(told, suggest(head, first), probabilities, head.cells)
    sure = found.scores.numpy()[0] > 0
    assert sure[:, 0].any()
    assert not sure.all(axis=1).any()


def outputs_for(head: CellHead, box: Edges, kind: int) -> tf.Tensor:
    """Outputs of a network that is sure of one box in its nearest cell of the finest stride."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    width, height = box[2] - box[0], box[3] - box[1]
    outputs = np.zeros((1, len(head.cells), head.units), np.float32)
    outputs[..., 4:] = -12
    centre, stride = head.cells[:, :2], head.cells[:, 2:]
    outputs[0, :, :2] = ((x, y) - centre) / stride
    outputs[0, :, 2:4] = np.log((width, height) / (USUAL * stride))
    fine = np.flatnonzero((head.cells[:, 2] == 8) & (abs(centre - (x, y)) < 8).all(axis=1))
    outputs[0, fine, 4 + kind] = 12
    return tf.constant(outputs)


def test_the_loss_of_a_right_answer_is_less_than_of_a_wrong_one() -> None:
    head = CellHead(2, (HEIGHT, WIDTH), STRIDES)
    box, other = (20.0, 12.0, 36.0, 28.0), (60.0, 12.0, 76.0, 28.0)
    truth = pack_targets(features(box, classes=(1,)))
    right, place, kind = (
        float(head.loss()(truth, outputs_for(head, each, of))[()])
        for each, of in ((box, 1), (other, 1), (box, 0))
    )
    assert right < min(place, kind) / 3


def test_what_is_found_where_nothing_counts_costs_nothing() -> None:
    head = CellHead(2, (HEIGHT, WIDTH), STRIDES)
    box, own = (20.0, 12.0, 36.0, 28.0), (60.0, 40.0, 76.0, 56.0)
    ignored = pack_targets(features(box, own, classes=(1, 0), ignored=(1, 0)))
    told = outputs_for(head, box, 1).numpy()
    quiet = told.copy()
    quiet[..., 4:] = -12
    inside = ((head.cells[:, :2] > (20, 12)) & (head.cells[:, :2] < (36, 28))).all(axis=1)
    told[0, ~inside, 4:] = -12
    loss = head.loss()
    assert float(loss(ignored, told)) == pytest.approx(float(loss(ignored, quiet)), rel=1e-4)


def test_the_loss_is_finite_without_a_box_and_has_a_gradient() -> None:
    head = CellHead(2, (HEIGHT, WIDTH), STRIDES)
    outputs = tf.Variable(tf.random.stateless_normal((1, len(head.cells), head.units), (1, 2)))
    for each in (features(classes=()), features((20, 12, 36, 28), classes=(1,))):
        with tf.GradientTape() as tape:
            loss = head.loss()(pack_targets(each), outputs)
        assert np.isfinite(tape.gradient(loss, outputs)).all()


def random_boxes(seed: int) -> np.ndarray:
    corner = keras.random.uniform((6, 2), 0, 50, seed=seed)
    return np.concatenate([corner, corner + keras.random.uniform((6, 2), 5, 40, seed=seed + 1)], 1)


def test_geometry_in_tensorflow_is_that_in_numpy() -> None:
    first, second = random_boxes(1), random_boxes(3)
    own = geometry.iou(first[:, None], second[None]).numpy()
    np.testing.assert_allclose(own, iou(first, second), atol=1e-5)
    complete = geometry.complete_iou(first[:, None], second[None]).numpy()
    assert (complete <= own + 1e-5).all()
    np.testing.assert_allclose(geometry.complete_iou(first, first), 1, atol=1e-4)
    apart = iou(first, second) == 0
    assert (complete[apart] < 0).all()
    assert (giou(first, second)[apart] < 0).all()


def test_complete_overlap_by_hand() -> None:
    """Two unit squares side by side: 0 less 1 / 5, for the hull is 2 by 1."""
    first, second = tf.constant([0.0, 0, 1, 1]), tf.constant([1.0, 0, 2, 1])
    assert float(geometry.complete_iou(first, second)) == pytest.approx(-0.2, abs=1e-5)
