"""Training on photos and people, and the exported model, which knows of no people."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from components.core.served_model import ServedModel
from components.core.task import Spec
from components.train.run_fn import run_fn
from pipelines.tasks.faces import TASK
from tests.specs import make_spec
from tests.transformed import random_images

PEOPLE, EACH, SIDE, SIZE = 6, 4, 16, 8
TYPES = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "image_path": tf.io.FixedLenFeature([], tf.string),
    "person": tf.io.FixedLenFeature([], tf.int64),
    "anybody": tf.io.FixedLenFeature([], tf.int64),
}


class Transform:
    """What TensorFlow Transform would have left of a folder."""

    def __init__(self, folder: str = "") -> None: ...

    def transformed_feature_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        return TYPES

    def vocabulary_size_by_name(self, name: str) -> int:
        return PEOPLE


def spec_of() -> Spec:
    return make_spec(
        TASK,
        source={"kind": "identity_folder"},
        prepare={"height": SIDE, "width": SIDE, "channels": 1},
        augment={"online": True, "brightness": 0.1},
        gate=None,
        train={
            "model": "sphere_cnn",
            "options": {"depth": 4, "scale": 0.125},
            "size": SIZE,
            "epochs": 6,
            "batch_size": 8,
            "optimizer": {"learning_rate": 0.01},
        },
    )


def photos(first: int) -> np.ndarray:
    """Photos of some people: a pattern of their own, and noise."""
    patterns = np.random.default_rng(first).integers(0, 200, (PEOPLE, 1, SIDE, SIDE, 1))
    noise = random_images(PEOPLE, EACH, SIDE, SIDE, 1) // 5
    return (patterns + noise).astype(np.uint8).reshape(-1, SIDE, SIDE, 1)


def write(file: Path, first: int, learnt: bool) -> str:
    file.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for at, photo in enumerate(photos(first)):
            person = at // EACH
            texts = {"image": tf.io.encode_png(photo).numpy(), "image_path": b"%d.png" % at}
            numbers = {"person": person if learnt else -1, "anybody": first + person}
            feature = {
                **{name: bytes_feature(value) for name, value in texts.items()},
                **{name: int_feature(value) for name, value in numbers.items()},
            }
            features = tf.train.Features(feature=feature)
            writer.write(tf.train.Example(features=features).SerializeToString())
    return str(file)


def bytes_feature(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def int_feature(value: int) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a training writes."""
    folder = tmp_path_factory.mktemp("trained")
    arguments: Any = SimpleNamespace(
        custom_config={
            "spec": spec_of().to_json(),
            "examples": PEOPLE * EACH,
            "speed": str(folder / "speed.csv"),
        },
        transform_graph_path="",
        train_files=[write(folder / "train/0.gz", 0, learnt=True)],
        eval_files=[write(folder / "val/0.gz", 100, learnt=False)],
        model_run_dir=str(folder / "run"),
        serving_model_dir=str(folder / "model"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tft, "TFTransformOutput", Transform)
        run_fn(arguments)
    return folder


def test_places_of_a_person_are_near_to_each_other(folder: Path) -> None:
    served = ServedModel.load(folder / "model")
    encoded = [tf.io.encode_png(photo).numpy() for photo in photos(0)]
    places = served.predict(encoded)["embedding"]
    assert places.shape == (PEOPLE * EACH, SIZE)
    np.testing.assert_allclose(np.linalg.norm(places, axis=1), 1, atol=1e-5)
    cosines = places @ places.T - 2 * np.eye(len(places))
    people = np.repeat(np.arange(PEOPLE), EACH)
    assert (people[cosines.argmax(axis=1)] == people).mean() > 0.8


def test_what_is_learnt_of_single_people_is_not_exported(folder: Path) -> None:
    network = keras.models.load_model(folder / "model/model.keras")
    assert network.output_shape == (None, SIZE)
    assert not any("prototypes" in weight.path for weight in network.weights)
    assert ServedModel.load(folder / "model").classes == ()


def test_curves_tell_both_losses(folder: Path) -> None:
    curves = pd.read_csv(folder / "run/curves.csv")
    assert {"loss", "val_loss", "nearest_is_same", "val_nearest_is_same"} <= {*curves}
    assert curves["loss"].iloc[-1] < curves["loss"].iloc[0]
