"""Two classes, from the target to what is served."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tasks.binary import TASK
from tests.specs import make_spec

LEARNING = make_spec(TASK, checks={"classes": ["no_person", "person"]}).learning


def test_the_positive_class_is_1() -> None:
    target = LEARNING.target({"label": tf.constant([0, 1, 1], tf.int64)})
    assert target.dtype == tf.float32
    np.testing.assert_array_equal(target, [[0], [1], [1]])
    assert LEARNING.target({"label": tf.constant(1, tf.int64)}).shape == (1,)


def test_there_is_one_logit() -> None:
    assert LEARNING.outputs(None) == 1


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(-20, 20)), min_size=1, max_size=20))
def test_the_loss_is_the_log_loss_of_what_is_served(pairs: list[tuple[int, float]]) -> None:
    labels, logits = (np.array(values, np.float32) for values in zip(*pairs, strict=True))
    served = LEARNING.serve(tf.constant(logits[:, None]), None)["probability"].numpy()
    assert (served.shape, served.dtype) == (labels.shape, np.float32)
    np.testing.assert_allclose(served, 1 / (1 + np.exp(-logits.astype(float))), rtol=1e-5)
    of_truth = np.where(labels == 1, logits, -logits).astype(float)
    expected = np.log1p(np.exp(-of_truth)).mean()
    loss = LEARNING.loss()(labels[:, None], logits[:, None])
    assert float(loss) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_metrics_take_logits() -> None:
    accuracy, area = LEARNING.metrics()
    labels, logits = np.array([[0], [0], [1], [1]]), np.array([[-3.0], [0.2], [0.1], [3.0]])
    for metric in (accuracy, area):
        metric.update_state(labels, logits)
    assert float(accuracy.result()) == 0.75
    assert float(area.result()) == pytest.approx(0.75, abs=0.01)
