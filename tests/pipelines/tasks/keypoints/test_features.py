"""The points as the network learns them."""

import numpy as np
import tensorflow as tf
from PIL import Image

from pipelines.tasks.keypoints import TASK
from tests.pipelines.tasks.keypoints.faces import SIZE, points, to_features
from tests.specs import make_spec


def test_labels_are_scaled_by_the_image_as_it_came() -> None:
    found = points()
    units = to_features(found)
    assert (units.shape, units.dtype) == ((3, 30), np.float32)
    expected = np.stack([(found[..., 0] + 0.5) / 40 - 1, (found[..., 1] + 0.5) / 30 - 1], -1)
    np.testing.assert_allclose(units.reshape(expected.shape), expected, atol=1e-6)
    np.testing.assert_array_equal(np.isnan(units), np.isnan(found.reshape(3, -1)))


def test_serving_undoes_preprocessing() -> None:
    found = points(share=0)
    sizes = tf.constant([SIZE] * 3)
    learning = make_spec(TASK).learning
    served = learning.serve(tf.constant(to_features(found)), sizes)["keypoints"]
    assert served.dtype == tf.float32
    np.testing.assert_allclose(served, found, atol=1e-4)


def test_pictures_show_the_points_as_those_of_predictions_do() -> None:
    spec, found = make_spec(TASK), points(1)
    image = Image.new("L", (80, 60), 90)
    drawn = spec.view.draw(image, {"keypoints": found[0]}, ())
    features = spec.features.draw(image, {"keypoints": to_features(found)[0]})
    difference = np.abs(np.asarray(drawn, int) - np.asarray(features, int))
    assert difference.max() <= 2, "the same points, from pixels and from units"
