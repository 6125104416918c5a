"""The class as TensorFlow Transform makes it."""

from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from components.core.parts import Features
from pipelines.tasks.classification import TASK
from tests.specs import make_spec


def features(**checks: Any) -> Features:
    return make_spec(TASK, checks=checks).features


def transform(labels: list[str], folder: Path, **checks: Any) -> tuple[list[int], list[bytes]]:
    """The indices of some labels, and the vocabulary."""
    part = features(**checks)
    spec = {"label": tf.io.FixedLenFeature([1], tf.string)}
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(spec))
    rows = [{"label": [label.encode()]} for label in labels]
    with tft_beam.Context(temp_dir=str(folder / "temp")):
        (data, _), function = (rows, metadata) | tft_beam.AnalyzeAndTransformDataset(part.transform)
        function | tft_beam.WriteTransformFn(str(folder / "graph"))
    output = tft.TFTransformOutput(str(folder / "graph"))
    return [int(row["label"]) for row in data], output.vocabulary_by_name("classes")


def test_undeclared_classes_stand_by_frequency(tmp_path: Path) -> None:
    indices, vocabulary = transform(["ant", "cat", "cat", "ant", "cat"], tmp_path)
    assert vocabulary == [b"cat", b"ant"]
    assert indices == [1, 0, 0, 1, 0]


def test_declared_classes_stand_in_their_order(tmp_path: Path) -> None:
    indices, vocabulary = transform(["cat", "cat", "ant"], tmp_path, classes=["ant", "cat"])
    assert vocabulary == [b"ant", b"cat"]
    assert indices == [1, 1, 0]


def test_the_class_stays_as_it_is() -> None:
    example = {"label": tf.constant(1, tf.int64)}
    assert features().pack(features().unpack(example)) == example
