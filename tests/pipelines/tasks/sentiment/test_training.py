"""Training on indices of words, and the exported model that takes the texts themselves."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from components.core.task import Spec
from components.core.vocabulary import read_vocabulary
from components.samples.text import FIRST, TextSample
from components.train.run_fn import run_fn
from pipelines.tasks.sentiment import TASK
from tests.specs import make_spec

CLASSES = ("neg", "pos")
WORDS = ("not", "good", "bad", "film")
LENGTH = 16
TYPES = {
    "text": tf.io.FixedLenFeature([LENGTH], tf.int64),
    "text_path": tf.io.FixedLenFeature([], tf.string),
    "label": tf.io.FixedLenFeature([], tf.int64),
}


class Transform:
    """What TensorFlow Transform would have left of a folder."""

    def __init__(self, folder: str = "") -> None:
        self.vocabularies = {"words": WORDS, "classes": CLASSES}

    def transformed_feature_spec(self) -> dict[str, tf.io.FixedLenFeature]:
        return TYPES

    def vocabulary_by_name(self, name: str) -> list[bytes]:
        return [word.encode() for word in self.vocabularies[name]]


def spec_of() -> Spec:
    return make_spec(
        TASK,
        source={"kind": "text_folder"},
        checks={"classes": CLASSES},
        prepare={"length": LENGTH},
        embedding={"width": 4},
        augment={"online": True, "word_swap": 0.1},
        train={
            "model": "kim_cnn",
            "options": {"filters": 8, "kernels": [2, 3]},
            "epochs": 8,
            "batch_size": 8,
            "optimizer": {"learning_rate": 0.05},
        },
    )


def write(file: Path, count: int) -> str:
    """Writes texts of one word, good or bad, that is negated in every other pair."""
    file.parent.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for number in range(count):
            negated, good = number % 4 > 1, number % 2
            indices = [FIRST] * negated + [FIRST + (1 if good else 2), FIRST + 3]
            values = {
                "text": indices + [0] * (LENGTH - len(indices)),
                "label": [int(good != negated)],
            }
            feature = {
                name: tf.train.Feature(int64_list=tf.train.Int64List(value=value))
                for name, value in values.items()
            }
            path = tf.train.BytesList(value=[b"%d.txt" % number])
            feature["text_path"] = tf.train.Feature(bytes_list=path)
            features = tf.train.Features(feature=feature)
            writer.write(tf.train.Example(features=features).SerializeToString())
    return str(file)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a training writes."""
    folder = tmp_path_factory.mktemp("trained")
    arguments = SimpleNamespace(
        custom_config={
            "spec": spec_of().to_json(),
            "examples": 32,
            "speed": str(folder / "speed.csv"),
        },
        transform_graph_path="",
        train_files=[write(folder / "train/0.gz", 32)],
        eval_files=[write(folder / "val/0.gz", 8)],
        model_run_dir=str(folder / "run"),
        serving_model_dir=str(folder / "model"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tft, "TFTransformOutput", Transform)
        run_fn(arguments)
    return folder


def serve(folder: Path, *texts: str) -> np.ndarray:
    served = tf.saved_model.load(str(folder / "model")).signatures["serving_default"]
    probabilities: np.ndarray = served(text=tf.constant(texts))["probability"].numpy()
    return probabilities


def test_the_model_takes_texts(folder: Path) -> None:
    texts = ("GOOD film", "Not good film", "<b>bad</b> film", "not<br />bad film")
    assert (serve(folder, *texts) > 0.5).tolist() == [True, False, False, True]


@pytest.mark.parametrize("text", ["", "😀", "\0", "film " * 200_000])
def test_any_text_has_a_probability(folder: Path, text: str) -> None:
    (probability,) = serve(folder, text)
    assert 0 <= probability <= 1


def test_what_is_served_is_what_the_network_says_of_the_words(folder: Path) -> None:
    import keras

    network = keras.models.load_model(folder / "model/model.keras")
    sample = TextSample(name="toy", prepare={"length": LENGTH})
    indices, _ = sample.knowing(read_vocabulary(folder / "model")).serve(tf.constant(["not good"]))
    logit = network(indices).numpy().item()
    np.testing.assert_allclose(serve(folder, "not good"), 1 / (1 + np.exp(-logit)), rtol=1e-5)


def test_the_words_go_with_the_model(folder: Path) -> None:
    assert tuple(read_vocabulary(folder / "model")) == WORDS
    layers = pd.read_csv(folder / "run/layers.csv").set_index("layer")
    assert layers.loc["kim_cnn_network/embedding", "parameters"] == (FIRST + len(WORDS)) * 4
