"""What an exported model's folder holds, loaded again."""

import io
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from components.prepare.params import PrepareParams
from components.train.export import KERAS_FILE, export, load_network
from components.train.network import build_network
from models import build_model
from pipelines.params import TaskParams
from pipelines.tasks.binary import TASK

CLASSES = ("no_person", "person")
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 3), np.uint8)


class Transform:
    """A transformation that knows the classes."""

    def vocabulary_by_name(self, name: str) -> list[bytes]:
        return [name.encode() for name in CLASSES]


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    body = build_model("digits_cnn", PIXELS.shape[1:], 1, {})
    return build_network(body, [120.0, 110.0, 100.0], [900.0, 800.0, 700.0])


@pytest.fixture(scope="module")
def folder(network: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    params = TaskParams.model_construct(prepare=PrepareParams(height=28, width=28, channels=3))
    export(network, Transform(), TASK, params, folder)
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


def test_layers_of_convoys_own_are_known(tmp_path: Path) -> None:
    body = build_model("keypoint_heatmap", (96, 96, 1), 30, {})
    build_network(body, [0.0], [1.0]).save(tmp_path / KERAS_FILE)
    assert load_network(tmp_path / KERAS_FILE).output_shape == (None, 30)
