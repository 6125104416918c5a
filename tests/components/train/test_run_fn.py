"""The network that is trained, and how often training decodes a sample."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow.python.framework import config

from components.core.captions import read_caption
from components.core.layout import FILTERS_FILE
from components.core.task import Spec
from components.samples.image import ImageSample
from components.train.run_fn import build, run_fn
from models.shared.loading import KERAS_FILE, load_network
from pipelines.tasks.classification import TASK
from tests.specs import make_spec
from tests.transformed import TYPES, write_examples

TRAINING, VALIDATION, SIDE = 12, 4, 28
CLASSES = ("dark", "bright")


class Transform:
    """What TensorFlow Transform would have left of a folder."""

    def __init__(self, folder: str = "", classes: tuple[str, ...] = CLASSES) -> None:
        self.classes = classes

    def transformed_feature_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        return TYPES

    def vocabulary_by_name(self, name: str) -> list[bytes]:
        return [name.encode() for name in self.classes]

    def vocabulary_size_by_name(self, name: str) -> int:
        return len(self.classes)


def spec_of(
    model: str = "digits_cnn", online: bool = False, side: int = SIDE, **train: Any
) -> Spec:
    return make_spec(
        TASK,
        checks={"classes": list(CLASSES)},
        prepare={"height": side, "width": side, "channels": 1},
        augment={"online": online, "brightness": 0.1},
        train={"model": model, "epochs": 3, "batch_size": 4, **train},
    )


@pytest.mark.parametrize(
    ("model", "total", "trainable"),
    [
        ("digits_cnn", 34_826, 34_826),
        ("digits_fcn", 34_826, 34_826),
        ("random_features", 21_706, 2_890),
    ],
)
def test_normalisation_adds_no_parameter(model: str, total: int, trainable: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE, 1), np.uint8)
    samples = tf.data.Dataset.from_tensor_slices(pixels)
    digits = Transform(classes=tuple("0123456789"))
    network = build(spec_of(model), digits, samples)
    assert network.count_params() == total
    assert sum(weight.numpy().size for weight in network.trainable_weights) == trainable


def write(folder: Path, count: int, side: int) -> str:
    """Writes examples, bright ones among dark ones; returns the pattern of their files."""
    labels = [number % 2 for number in range(count)]
    greys = [50 + 150 * label + number for number, label in enumerate(labels)]
    write_examples(
        folder / "0.gz",
        np.full((side, side, 1, count), greys, np.uint8).transpose(3, 0, 1, 2),
        labels,
    )
    return f"{folder}/*"


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The samples that are decoded, one by one."""
    seen: list[bytes] = []
    decode = ImageSample.decode

    def count(self: ImageSample, packed: tf.Tensor) -> tf.Tensor:
        def note(data: bytes) -> bytes:
            seen.append(data)
            return data

        noted = tf.numpy_function(note, [packed], tf.string)
        return decode(self, tf.ensure_shape(noted, ()))

    monkeypatch.setattr(ImageSample, "decode", count)
    return seen


def train(folder: Path, spec: Spec, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Trains on examples and one copy of each; returns the curves."""
    monkeypatch.setattr(tft, "TFTransformOutput", Transform)
    side = spec.params["prepare"]["height"]
    arguments = SimpleNamespace(
        custom_config={
            "spec": spec.to_json(),
            "examples": 2 * TRAINING,
            "speed": str(folder / "speed.csv"),
        },
        transform_graph_path="",
        train_files=[
            write(folder / "transformed" / "Split-train", TRAINING, side),
            write(folder / "copies" / "Split-train", TRAINING, side),
        ],
        eval_files=[
            write(folder / "transformed" / "Split-val", VALIDATION, side),
            f"{folder}/copies/Split-val/*",  # there are no copies of these
        ],
        model_run_dir=str(folder / "run"),
        serving_model_dir=str(folder / "model"),
    )
    run_fn(arguments)
    return pd.read_csv(folder / "run" / "curves.csv")


@pytest.mark.parametrize("cache", ["memory", "file"])
def test_each_sample_is_decoded_once(
    cache: str, tmp_path: Path, decoded: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec_of(cache=cache, online=True, class_weights="balanced")
    curves = train(tmp_path, spec, monkeypatch)
    assert len(curves) == 3
    assert len(decoded) == 2 * TRAINING + VALIDATION


def test_equal_inputs_give_equal_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        train(folder, spec_of(online=True), monkeypatch)
        weights.append((folder / "model" / "model.weights.h5").read_bytes())
    assert weights[0] == weights[1]
    assert config.is_op_determinism_enabled()


def test_any_algorithm_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(tmp_path, spec_of(epochs=1, deterministic=False), monkeypatch)
    assert not config.is_op_determinism_enabled()


def test_the_model_serves_what_it_was_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tmp_path, spec_of(optimizer={"learning_rate": 0.01}), monkeypatch)
    serve = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    images = [tf.io.encode_png(np.full((9, 7, 1), grey, np.uint8)).numpy() for grey in (55, 205)]
    probabilities = serve(image=tf.constant(images))["probabilities"].numpy()
    assert probabilities.argmax(axis=1).tolist() == [0, 1]
    assert read_caption(tmp_path / "run" / FILTERS_FILE).title == "Filters of the first layer"


@pytest.mark.slow
def test_heads_are_taught_and_left_out_of_what_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec_of(
        "googlenet", side=80, epochs=1, options={"scale": 1 / 16}, class_weights="balanced"
    )
    curves = train(tmp_path, spec, monkeypatch)
    assert (curves["loss"] > 1.3 * curves["val_loss"]).all()  # two heads, 0.3 each
    layers = pd.read_csv(tmp_path / "run/layers.csv")["layer"]
    assert layers.str.startswith("googlenet/head").sum() == 12
    network = load_network(tmp_path / "model" / KERAS_FILE)
    assert network.output_shape == (None, len(CLASSES))
    served = [layer.name for layer in network.layers[-1].layers]
    assert not any(name.startswith("head") for name in served)
    serve = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"]
    image = tf.io.encode_png(np.full((9, 7, 1), 55, np.uint8)).numpy()
    assert serve(image=tf.constant([image]))["probabilities"].shape == (1, len(CLASSES))
