import numpy as np
import pytest
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

from components.train.weights import class_weights
from pipelines.tasks import binary, classification
from pipelines.tasks.base import Task


@pytest.mark.parametrize(
    ("labels", "task"),
    [([0, 0, 0, 0, 0, 0, 1, 1, 2], classification.TASK), ([0, 1, 1, 1], binary.TASK)],
)
def test_balanced_weights_are_those_of_scikit_learn(labels: list[int], task: Task) -> None:
    examples = tf.data.Dataset.from_tensor_slices({"label": np.array(labels, np.int64)})
    weights = class_weights("balanced", examples, task)
    expected = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    assert weights == dict(enumerate(expected.tolist()))


def test_none_weighs_nothing() -> None:
    assert class_weights("none", tf.data.Dataset.range(0), classification.TASK) is None
