import numpy as np
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.instances.sampling import WITH, WITHOUT, mask_targets, sample
from pipelines.tasks.shared.boxes.targets import unpack_targets

CAR, PERSON, NONE = 0, 1, -1


def targets(*rows: list[float]) -> object:
    """One image's targets of x0, y0, x1, y1, class and whether it is ignored."""
    filled = [*rows, [0, 0, 0, 0, NONE, 0]]
    return unpack_targets(tf.constant([filled], tf.float32))


def test_the_objects_own_boxes_are_learnt_from() -> None:
    truth = targets([0, 0, 10, 10, PERSON, 0], [20, 20, 40, 40, CAR, 0])
    chosen = sample(truth, tf.zeros((1, 6, 4)))
    assert chosen.has[0].numpy().sum() == 2
    assert not chosen.counts[0, 2:].numpy().any()  # empty regions are nothing to learn from
    assert chosen.regions[0, :2].numpy().tolist() == [[0, 0, 10, 10], [20, 20, 40, 40]]
    assert chosen.classes[0, :2].numpy().tolist() == [PERSON, CAR]
    assert chosen.owner[0, :2].numpy().tolist() == [0, 1]


def test_a_region_has_the_object_that_it_overlaps_most() -> None:
    truth = targets([0, 0, 10, 10, PERSON, 0], [0, 2, 10, 12, CAR, 0])
    chosen = sample(truth, tf.constant([[[0.0, 2, 10, 13], [50, 50, 60, 60], [0, 0, 10, 40]]]))
    assert chosen.owner[0, 2] == 1
    assert chosen.boxes[0, 2].numpy().tolist() == [0, 2, 10, 12]
    without = chosen.regions[0, WITH:][chosen.counts[0, WITH:]].numpy().tolist()
    assert without == [[50, 50, 60, 60], [0, 0, 10, 40]]


def test_what_lies_in_an_ignored_object_counts_neither_way() -> None:
    truth = targets([0, 0, 10, 10, PERSON, 0], [20, 20, 60, 60, CAR, 1])
    chosen = sample(truth, tf.constant([[[25.0, 25, 35, 35], [20, 20, 60, 60]]]))
    assert chosen.counts[0].numpy().sum() == 1
    assert chosen.has[0].numpy().sum() == 1


def test_an_image_without_objects_teaches_what_none_is() -> None:
    chosen = sample(targets(), tf.constant([[[25.0, 25, 35, 35]]]))
    assert not chosen.has.numpy().any()
    assert chosen.counts[0].numpy().sum() == 1


@given(st.integers(0, 60), st.integers(0, 12))
def test_there_are_as_many_regions_whatever_is_proposed(proposed: int, objects: int) -> None:
    rng = np.random.default_rng(proposed)
    corner = rng.uniform(0, 50, (proposed, 2))
    regions = np.concatenate([corner, corner + rng.uniform(1, 30, (proposed, 2))], axis=1)
    rows = [[3 * at, 3 * at, 3 * at + 9, 3 * at + 9, CAR, 0] for at in range(objects)]
    chosen = sample(targets(*rows), tf.constant(regions[np.newaxis], tf.float32))
    assert chosen.regions.shape == (1, WITH + WITHOUT, 4)
    assert chosen.has.numpy().sum() >= min(objects, WITH)
    assert not (chosen.has & ~chosen.counts).numpy().any()


def test_bins_show_the_object_or_not() -> None:
    instances = np.zeros((1, 8, 8), np.int32)
    instances[0, 2:6, 2:4] = 3
    regions = tf.constant([[[2.0, 2, 6, 6], [0, 0, 8, 8], [2, 2, 6, 6]]])
    shown = mask_targets(tf.constant(instances), regions, tf.constant([[2, 2, 1]]), 4)
    assert shown[0, 0].numpy().tolist() == [[True, True, False, False]] * 4
    # bins of two pixels, whose middles are at 1, 3, 5, 7
    assert np.argwhere(shown[0, 1].numpy()).tolist() == [[1, 1], [2, 1]]
    assert not shown[0, 2].numpy().any()


def test_what_is_beyond_the_image_is_read_at_its_edge() -> None:
    instances = tf.ones((1, 4, 4), tf.int32)
    shown = mask_targets(instances, tf.constant([[[-4.0, -4, 8, 8]]]), tf.constant([[0]]), 3)
    assert shown.numpy().all()
