import numpy as np
import tensorflow as tf

from models.shared.proposals import ChosenMasks, Detections, Proposals, split_outputs

SIZE = (16, 16)


def propose(
    logits: list[float], differences: np.ndarray | None = None, most: int = 3
) -> np.ndarray:
    """Regions of an image with four anchors, of 8 px at (4, 4), (12, 4), (4, 12), (12, 12)."""
    layer = Proposals(SIZE, (8,), 1.0, (1.0,), most, 0.7)
    told = np.zeros((1, 4, 5), "float32")
    told[0, :, 4] = logits
    if differences is not None:
        told[0, :, :4] = differences
    regions: np.ndarray = layer(tf.constant(told)).numpy()[0]
    return regions


def test_the_surest_anchors_come_first() -> None:
    regions = propose([0.0, 3.0, -1.0, 2.0])
    assert regions.tolist() == [[8, 0, 16, 8], [8, 8, 16, 16], [0, 0, 8, 8]]


def test_of_two_regions_in_one_place_one_stays_and_empty_ones_follow() -> None:
    onto_the_first = np.zeros((4, 4))
    onto_the_first[1, 0] = -10  # ten tenths of 8 px to the left
    regions = propose([1.0, 2.0, -8.0, -9.0], onto_the_first, most=4)
    assert regions.tolist() == [[0, 0, 8, 8], [0, 8, 8, 16], [8, 8, 16, 16], [0, 0, 0, 0]]


def test_regions_end_at_the_edge_of_the_image() -> None:
    away = np.zeros((4, 4))
    away[0, 0] = -5
    assert propose([5.0, 0.0, 0.0, 0.0], away)[0].tolist() == [0, 0, 4, 8]


def test_regions_are_not_differentiated() -> None:
    told = tf.Variable(np.random.default_rng(0).normal(size=(1, 4, 5)).astype("float32"))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(Proposals(SIZE, (8,), 1.0, (1.0,), 3, 0.7)(told))
    assert tape.gradient(total, told) is None


def test_detections_have_class_score_and_the_box_of_their_class() -> None:
    regions = tf.constant([[[0.0, 0, 8, 8], [8.0, 8, 16, 16], [0.0, 0, 0, 0]]])
    outputs = np.zeros((3, 3 + 8), "float32")
    outputs[0, :3] = np.log([0.1, 0.2, 0.7])
    outputs[1, :3] = np.log([0.6, 0.3, 0.1])
    outputs[2, :3] = np.log([0.01, 0.98, 0.01])  # of an empty region
    outputs[0, 7] = 10  # as the second class the first object lies 8 px to the right
    found = Detections(SIZE, 2, 0.25, 0.5, 4)(tf.constant(outputs), regions)[0].numpy()
    np.testing.assert_allclose(found[0], [8, 0, 16, 8, 0.7, 1], rtol=1e-5)
    np.testing.assert_allclose(found[1], [8, 8, 16, 16, 0.3, 0], rtol=1e-5)
    assert not found[2:].any()


def test_outputs_are_split_region_by_region() -> None:
    outputs = tf.reshape(tf.range(2 * 3 * 11, dtype=tf.float32), (6, 11))
    logits, differences = split_outputs(outputs, tf.zeros((2, 3, 4)), 2)
    assert logits[1, 2].numpy().tolist() == [55, 56, 57]
    assert differences[1, 2].numpy().tolist() == [[58, 59, 60, 61], [62, 63, 64, 65]]


def test_an_object_has_the_mask_of_its_class() -> None:
    logits = np.full((4, 2, 2, 3), -50.0, "float32")
    logits[1, 0, 1, 2] = 50
    found = np.zeros((2, 2, 6), "float32")
    found[0, 1, 5] = 2
    masks = ChosenMasks()(tf.constant(logits), tf.constant(found)).numpy()
    assert masks.shape == (2, 2, 4)
    np.testing.assert_allclose(masks[0, 1], [0, 1, 0, 0], atol=1e-6)
    assert masks[[0, 1, 1], [0, 0, 1]].max() < 1e-6
