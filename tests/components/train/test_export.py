"""What an exported model's folder holds, loaded again."""

import io
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.core.task import Spec
from components.train.export import export
from models import build_model
from models.shared.loading import KERAS_FILE, load_network
from pipelines.tasks.binary import TASK
from tests.specs import make_spec
from tests.toys import serialize

CLASSES = ("no_person", "person")
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 3), np.uint8)


class Transform:
    """A transformation that knows the classes."""

    def vocabulary_by_name(self, name: str) -> list[bytes]:
        return [name.encode() for name in CLASSES]


@pytest.fixture(scope="module")
def spec() -> Spec:
    size = {"height": 28, "width": 28, "channels": 3}
    return make_spec(TASK, checks={"classes": list(CLASSES)}, prepare=size)


@pytest.fixture(scope="module")
def network(spec: Spec) -> keras.Model:
    keras.utils.set_random_seed(0)
    body = build_model("digits_cnn", PIXELS.shape[1:], 1, {})
    return spec.sample.entrance(body, tf.data.Dataset.from_tensor_slices(PIXELS), raw=False)


@pytest.fixture(scope="module")
def folder(network: keras.Model, spec: Spec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    export(network, Transform(), spec, folder)
    return folder


def encode(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def test_the_keras_file_computes_the_same(network: keras.Model, folder: Path) -> None:
    loaded = load_network(folder / KERAS_FILE)
    np.testing.assert_allclose(loaded(PIXELS), network(PIXELS), rtol=1e-6)


def test_definition_and_weights_compute_the_same(network: keras.Model, folder: Path) -> None:
    loaded = keras.models.model_from_json((folder / "model.json").read_text())
    loaded.load_weights(folder / "model.weights.h5")
    np.testing.assert_allclose(loaded(PIXELS), network(PIXELS), rtol=1e-6)


def test_the_served_model_gives_probabilities(network: keras.Model, folder: Path) -> None:
    serve = tf.saved_model.load(str(folder)).signatures["serving_default"]
    served = serve(image=tf.constant([encode(image) for image in PIXELS]))["probability"]
    assert (served.dtype, served.shape) == (tf.float32, (3,))
    expected = 1 / (1 + np.exp(-network(PIXELS).numpy()[:, 0]))
    np.testing.assert_allclose(served, expected, rtol=1e-5)
    assert (folder / "assets.extra/classes.txt").read_text().split() == list(CLASSES)


def test_raw_examples_are_served_as_their_samples_are(folder: Path) -> None:
    signatures = tf.saved_model.load(str(folder)).signatures
    images = [encode(image) for image in PIXELS]
    records = [serialize(image, "a.png", "person") for image in images]
    expected = signatures["serving_default"](image=tf.constant(images))["probability"]
    served = signatures["examples"](examples=tf.constant(records))["probability"]
    np.testing.assert_array_equal(served, expected)


def test_layers_of_convoys_own_are_known(tmp_path: Path) -> None:
    build_model("keypoint_heatmap", (96, 96, 1), 30, {}).save(tmp_path / KERAS_FILE)
    assert load_network(tmp_path / KERAS_FILE).output_shape == (None, 30)
