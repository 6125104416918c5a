"""Points move along with their image."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.facial_points import MIRROR_PAIRS
from pipelines.tasks.keypoints import TASK
from pipelines.tasks.keypoints.augmentation import KeypointAugmentation
from pipelines.tasks.keypoints.units import to_pixels
from pipelines.tasks.shared.images.draws import DRAWS
from pipelines.tasks.shared.images.geometry import Warp, sample_warp
from pipelines.tasks.shared.images.params import ImagePolicy
from tests.pipelines.tasks.keypoints.faces import SIZE, points, to_features
from tests.specs import make_spec

PLAN = {"rotation": 20, "scale": 0.2, "shift": 0.1, "crop": 0.1, "horizontal_flip": True}


def augmentation(**plan: float) -> KeypointAugmentation:
    part = make_spec(TASK, augment=plan).augmentation
    assert isinstance(part, KeypointAugmentation)
    return part


def make_warp(seed: int, count: int, plan: dict, size: tuple[int, int] = SIZE) -> Warp:
    values = np.random.default_rng(seed).uniform(-1, 1, (len(DRAWS), count)).astype(np.float32)
    draws = dict(zip(DRAWS, map(tf.constant, values), strict=True))
    return sample_warp(draws, ImagePolicy(**plan), size)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_labels_move_along_with_the_image(seed: int) -> None:
    """A flipped face is found by the names that its points have in the new picture."""
    found = points(4, seed)
    warp = make_warp(seed, 4, PLAN)
    features = {"keypoints": tf.constant(to_features(found)), "other": tf.zeros(4)}
    warped = augmentation().move(features, warp)
    assert warped["other"] is features["other"]
    moved = to_pixels(warped["keypoints"].numpy().reshape(4, 15, 2), SIZE[::-1])
    expected = warp.points(tf.constant(found)).numpy()
    for row in np.flatnonzero(warp.mirrored):
        for left, right in MIRROR_PAIRS:
            expected[row, [left, right]] = expected[row, [right, left]]
    np.testing.assert_allclose(moved, expected, atol=1e-3)


def test_a_mirrored_face_keeps_left_at_the_larger_x() -> None:
    found = points(1, share=0)
    for left, right in MIRROR_PAIRS:
        found[0, left, 0], found[0, right, 0] = 60, 10
    mirror = Warp(tf.constant([[[-1.0, 0, 79], [0, 1, 0], [0, 0, 1]]]), tf.constant([True]), SIZE)
    once = augmentation().move({"keypoints": tf.constant(to_features(found))}, mirror)
    moved = to_pixels(once["keypoints"].numpy().reshape(15, 2), SIZE[::-1])
    for left, right in MIRROR_PAIRS:
        assert (moved[left, 0], moved[right, 0]) == pytest.approx((69, 19), abs=1e-3)
    twice = augmentation().move(once, mirror)["keypoints"].numpy()
    np.testing.assert_allclose(twice, to_features(found), atol=1e-6)


def test_a_bright_spot_and_its_point_stay_together() -> None:
    """Some faces of a batch are mirrored, the others are not; all are shifted."""
    count, (height, width) = 8, SIZE
    spot = np.zeros((count, height, width, 1), np.uint8)
    spot[:, 30, 50] = 255
    found = np.full((count, 15, 2), (50, 30), np.float32)
    batch = {"image": tf.constant(spot), "keypoints": tf.constant(to_features(found))}
    seeds = tf.stack([tf.range(count), tf.zeros(count, tf.int32)], axis=1)
    changed = augmentation(horizontal_flip=True, shift=0.1)(batch, seeds)
    moved = to_pixels(changed["keypoints"].numpy().reshape(count, 15, 2), (width, height))
    pixels = changed["image"].numpy()[..., 0].astype(float)
    shares = pixels / pixels.sum(axis=(1, 2), keepdims=True)
    rows, columns = np.indices((height, width))
    seen = np.stack([(shares * columns).sum((1, 2)), (shares * rows).sum((1, 2))], axis=1)
    np.testing.assert_allclose(moved[:, 0], seen, atol=0.05)
    assert 0 < (seen[:, 0] < width / 2).sum() < count
