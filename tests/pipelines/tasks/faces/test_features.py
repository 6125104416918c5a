"""People as TensorFlow Transform numbers them."""

from pathlib import Path

import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from pipelines.tasks.faces import TASK
from pipelines.tasks.faces.features import STRANGER, VOCABULARY
from tests.specs import make_spec


def test_people_of_training_are_numbered_and_all_are_told_apart(tmp_path: Path) -> None:
    part = make_spec(TASK, source={"kind": "identity_folder"}, gate=None).features
    types = {
        "identity": tf.io.FixedLenFeature([1], tf.string),
        "pairs": tf.io.VarLenFeature(tf.string),
    }
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(types))
    learnt, others = (
        [{"identity": [name.encode()], "pairs": pairs} for name, pairs in rows]
        for rows in (
            [("Ada", [b"1.png"]), ("Bob", []), ("Ada", [])],
            [("Cy", []), ("Dan", []), ("Cy", [])],
        )
    )
    with tft_beam.Context(temp_dir=str(tmp_path / "temp")):
        (data, kept), function = (learnt, metadata) | tft_beam.AnalyzeAndTransformDataset(
            part.transform
        )
        strangers, _ = ((others, metadata), function) | tft_beam.TransformDataset()
        function | tft_beam.WriteTransformFn(str(tmp_path / "graph"))
    assert [int(row["person"]) for row in data] == [0, 1, 0]
    assert [int(row["person"]) for row in strangers] == [STRANGER] * 3
    numbers = [int(row["anybody"]) for row in (*data, *strangers)]
    assert numbers[0] == numbers[2] != numbers[1]
    assert numbers[3] == numbers[5] != numbers[4]
    output = tft.TFTransformOutput(str(tmp_path / "graph"))
    assert output.vocabulary_size_by_name(VOCABULARY) == 2
    assert {feature.name for feature in kept.schema.feature} == {"person", "anybody"}
