"""What the network is fitted to, and the points that it serves."""

import numpy as np
import pytest
import tensorflow as tf

from components.core.errors import ConvoyError
from pipelines.tasks.keypoints import TASK
from pipelines.tasks.keypoints.losses import MaskedEuclidean, MaskedMeanSquaredError
from tests.specs import make_spec


def test_images_of_a_batch_have_their_own_sizes() -> None:
    learning = make_spec(TASK).learning
    served = learning.serve(tf.zeros((2, 30)), tf.constant([[10, 20], [31, 7]]))
    np.testing.assert_array_equal(served["keypoints"].numpy()[:, 4], [[9.5, 4.5], [3, 15]])


def test_the_network_is_fitted_to_thirty_outputs() -> None:
    learning, example = make_spec(TASK).learning, {"keypoints": tf.zeros((2, 30))}
    assert learning.target(example) is example["keypoints"]
    assert learning.outputs(None) == 30
    assert [metric.name for metric in learning.metrics()] == ["pixel_error"]


def test_nothing_but_the_loss_tells_examples_apart() -> None:
    learning, example = make_spec(TASK).learning, {"keypoints": tf.zeros((2, 30))}
    assert learning.classes(None) == ()
    assert learning.weights(example) is None


def test_the_loss_is_chosen_by_name() -> None:
    assert isinstance(make_spec(TASK).learning.loss(), MaskedMeanSquaredError)
    euclidean = make_spec(TASK, train={"loss": "euclidean"}).learning
    assert isinstance(euclidean.loss(), MaskedEuclidean)


def test_points_have_no_classes_to_weigh() -> None:
    with pytest.raises(ConvoyError, match=r"tasks\.toy\.train\.class_weights: Extra"):
        make_spec(TASK, train={"class_weights": "balanced"})
