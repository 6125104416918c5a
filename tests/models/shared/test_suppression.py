"""Non-max suppression, against the course's table and a plain loop."""

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.boxes import iou
from models.shared.suppression import Kept, suppress


def strip(overlap: float) -> list[float]:
    """A box whose IoU with 0, 0, 0.4, 1 is given: as wide, and shifted to the right."""
    shift = 0.4 * (1 - overlap) / (1 + overlap)
    return [shift, 0, 0.4 + shift, 1]


def run(boxes: list[list[float]], scores: list[list[float]], confidence: float = 0.5) -> Kept:
    kept = suppress(tf.constant([boxes]), tf.constant([scores]), confidence, 0.5, 10)
    return Kept(*(each[0].numpy() for each in kept))


def test_the_table_of_the_course() -> None:
    """A: 0.4 (IoU 0.2) and 0.6 (0.8) go, 0.7 stays; B: 0.6 (0.2) and 0.8 stay."""
    boxes = [strip(0.2), strip(0.8), strip(1), strip(0.2), strip(1)]
    scores = [[0.4, 0], [0.6, 0], [0.7, 0], [0, 0.6], [0, 0.8]]
    kept = run(boxes, scores)
    assert kept.classes[: kept.count].tolist() == [1, 0, 1]
    np.testing.assert_allclose(kept.scores[: kept.count], [0.8, 0.7, 0.6])
    np.testing.assert_allclose(kept.boxes[1], strip(1), atol=1e-6)
    assert not kept.boxes[kept.count :].any()


def test_both_thresholds_belong_to_what_they_say() -> None:
    """A confidence of exactly the least stays; an overlap of exactly the most goes."""
    half = [0, 0, 1, 0.5]
    assert iou(np.array([half]), np.array([[0, 0, 1, 1.0]])) == 0.5
    assert run([[0, 0, 1, 1], half], [[0.75], [0.5]]).count == 1
    assert run([half], [[0.5]]).count == 1


def test_boxes_of_different_classes_do_not_suppress_each_other() -> None:
    assert run([strip(1), strip(1)], [[0.9, 0.0], [0.0, 0.8]]).count == 2


def test_one_box_may_be_of_two_classes() -> None:
    kept = run([strip(1)], [[0.9, 0.8]])
    assert kept.classes[: kept.count].tolist() == [0, 1]


def test_no_more_stay_than_allowed() -> None:
    boxes = [[at / 10, 0, at / 10 + 0.05, 1] for at in range(9)]
    kept = suppress(tf.constant([boxes]), tf.constant([[[0.9]] * 9]), 0.5, 0.5, 4)
    assert kept.count.numpy().tolist() == [4]
    assert kept.boxes.shape == (1, 4, 4)


def loop(boxes: np.ndarray, scores: np.ndarray, confidence: float) -> list[tuple[int, float]]:
    """Class and score of what stays, as the course words it."""
    kept = []
    for kind in range(scores.shape[1]):
        left = [at for at in np.argsort(-scores[:, kind]) if scores[at, kind] >= confidence]
        while left:
            best, *left = left
            kept.append((kind, round(float(scores[best, kind]), 4)))
            left = [at for at in left if iou(boxes[[best]], boxes[[at]])[0, 0] < 0.5]
    return sorted(kept)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_what_stays_is_what_a_plain_loop_keeps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corner = rng.random((12, 2)) * 0.6
    boxes = np.concatenate([corner, corner + 0.1 + 0.3 * rng.random((12, 2))], axis=1)
    scores = (rng.permutation(24).reshape(12, 2) + 1) / 25
    kept = suppress(tf.constant([boxes.tolist()]), tf.constant([scores.tolist()]), 0.3, 0.5, 24)
    count = int(kept.count[0])
    told = zip(kept.classes[0, :count].numpy(), kept.scores[0, :count].numpy(), strict=True)
    own = sorted((int(kind), round(float(score), 4)) for kind, score in told)
    assert own == loop(boxes, scores, 0.3)
