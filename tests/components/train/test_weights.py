import numpy as np
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

from components.train.weights import class_weights
from pipelines.tasks.classification import TASK


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2], np.int64)
    weights = class_weights("balanced", tf.data.Dataset.from_tensor_slices({"label": labels}), TASK)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert weights == dict(enumerate(expected.tolist()))


def test_none_weighs_nothing() -> None:
    assert class_weights("none", tf.data.Dataset.range(0), TASK) is None
