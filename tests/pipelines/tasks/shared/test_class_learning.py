"""Classes of the vocabulary, and how much each counts."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

from components.core.errors import ConvoyError
from components.core.parts import Learning
from components.core.task import Task
from pipelines.tasks import binary, classification
from tests.specs import make_spec

TASKS = (classification.TASK, binary.TASK)


def learning(task: Task, **train: Any) -> Learning:
    return make_spec(task, checks={"classes": ["a", "b"]}, train=train).learning


@pytest.mark.parametrize(
    ("labels", "task"),
    [([0, 0, 0, 0, 0, 0, 1, 1, 2], classification.TASK), ([0, 1, 1, 1], binary.TASK)],
)
def test_balanced_weights_are_those_of_scikit_learn(labels: list[int], task: Task) -> None:
    examples = tf.data.Dataset.from_tensor_slices({"label": np.array(labels, np.int64)})
    weights = learning(task, class_weights="balanced").class_weights(examples)
    expected = compute_class_weight("balanced", classes=np.unique(labels), y=labels)
    assert weights == dict(enumerate(expected.tolist()))


@pytest.mark.parametrize("task", TASKS)
def test_none_weighs_nothing(task: Task) -> None:
    assert learning(task).class_weights(tf.data.Dataset.range(0)) is None
    assert learning(task, class_weights="none").class_weights(tf.data.Dataset.range(0)) is None


@pytest.mark.parametrize("task", TASKS)
def test_other_weights_are_refused(task: Task) -> None:
    with pytest.raises(ConvoyError, match=r"train\.class_weights"):
        learning(task, class_weights="inverse")


@pytest.mark.parametrize("task", TASKS)
def test_classes_stand_in_the_vocabulary(task: Task) -> None:
    class Transform:
        def vocabulary_by_name(self, name: str) -> list[bytes]:
            assert name == "classes"
            return [b"no_person", "größe".encode()]

    assert learning(task).classes(Transform()) == ("no_person", "größe")
