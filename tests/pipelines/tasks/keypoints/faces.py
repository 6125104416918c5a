"""Points of faces, which tests of several parts share."""

import numpy as np
import tensorflow as tf

from pipelines.tasks.keypoints import TASK
from tests.specs import make_spec

SIZE = (60, 80)
"""Height and width of the image."""


def points(count: int = 3, seed: int = 0, share: float = 0.2) -> np.ndarray:
    """Points in pixels of an image of 80x60, some missing, `[count, 15, 2]`."""
    generator = np.random.default_rng(seed)
    found = generator.uniform((0, 0), (79, 59), (count, 15, 2)).astype(np.float32)
    found[generator.random((count, 15)) < share] = np.nan
    return found


def to_features(found: np.ndarray, size: tuple[int, int] = SIZE) -> np.ndarray:
    """The feature `keypoints` of points in pixels, `[count, 30]`."""
    count = len(found)
    inputs = {
        "keypoints": tf.constant(found.reshape(count, -1)),
        "height": tf.fill((count, 1), tf.constant(size[0], tf.int64)),
        "width": tf.fill((count, 1), tf.constant(size[1], tf.int64)),
    }
    return make_spec(TASK).features.transform(inputs)["keypoints"].numpy()
