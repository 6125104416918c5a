"""Several classes, from the target to what is served."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipelines.tasks.classification import TASK
from tests.specs import make_spec

LEARNING = make_spec(TASK).learning
LOGITS = arrays.arrays(np.float32, (4, 3), elements=st.floats(-20, 20, width=32))


def test_the_target_is_the_index() -> None:
    label = tf.constant([0, 2, 1], tf.int64)
    assert LEARNING.target({"label": label}) is label
    assert LEARNING.weights({"label": label}) is None


def test_there_is_a_logit_a_class() -> None:
    class Transform:
        def vocabulary_size_by_name(self, name: str) -> int:
            assert name == "classes"
            return 3

    assert LEARNING.outputs(Transform()) == 3


@given(LOGITS)
def test_the_loss_is_the_log_loss_of_what_is_served(logits: np.ndarray) -> None:
    truth = np.array([0, 1, 2, 2])
    served = LEARNING.serve(tf.constant(logits), None)["probabilities"].numpy()
    assert (served.shape, served.dtype) == (logits.shape, np.float32)
    np.testing.assert_allclose(served.sum(axis=1), 1, rtol=1e-5)
    exact = np.exp(logits.astype(float) - np.max(logits, axis=1, keepdims=True))
    exact /= exact.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(served, exact, rtol=1e-4, atol=1e-9)
    expected = -np.log(exact[np.arange(4), truth]).mean()
    assert float(LEARNING.loss()(truth, logits)) == pytest.approx(expected, rel=1e-3, abs=1e-5)


def test_half_precision_is_served_as_float32() -> None:
    served = LEARNING.serve(tf.zeros((1, 2), tf.float16), None)["probabilities"]
    assert served.dtype == tf.float32
    np.testing.assert_array_equal(served, [[0.5, 0.5]])


def test_the_metric_is_accuracy() -> None:
    (accuracy,) = LEARNING.metrics()
    accuracy.update_state([0, 1, 1], np.array([[3.0, 1.0], [0.0, 2.0], [0.2, 0.1]]))
    assert accuracy.name == "accuracy"
    assert float(accuracy.result()) == pytest.approx(2 / 3)
