from pathlib import Path

import tensorflow as tf
from rich.console import Console
from tensorflow_metadata.proto.v0 import statistics_pb2
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

from pipelines.reports.prepare import examples_table, proposal


def test_the_table_lists_features_and_counts_examples(tmp_path: Path) -> None:
    types = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "keypoints": tf.io.FixedLenFeature([15, 2], tf.float32),
    }
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(types))
    metadata_io.write_metadata(metadata, str(tmp_path / "transformed_metadata"))
    for split, count in {"train": 1200, "val": 30, "test": 40}.items():
        statistics = statistics_pb2.DatasetFeatureStatisticsList()
        statistics.datasets.add(num_examples=count)
        (tmp_path / f"Split-{split}").mkdir()
        (tmp_path / f"Split-{split}" / "FeatureStats.pb").write_bytes(
            statistics.SerializeToString()
        )
    console = Console(width=100)
    with console.capture() as capture:
        console.print(examples_table(tmp_path, tmp_path))
    rows = [line.strip("│").split("│") for line in capture.get().splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["image", "string", ""],
        ["keypoints", "float32", "15 x 2"],
    ]
    assert "1,200 train, 30 val, 40 test" in capture.get()


def test_an_inferred_schema_is_proposed_until_there_is_a_curated_one(project: Path) -> None:
    inferred = Path("artifacts/digits/prepare/Schema/schema/3/schema.pbtxt")
    inferred.parent.mkdir(parents=True)
    inferred.touch()
    sentence = proposal("digits", Path("artifacts/digits/prepare"))
    assert sentence is not None
    assert f"Review {inferred}; convoy schema digits keeps it as data/schemas/digits" in sentence
    curated = Path("data/schemas/digits.pbtxt")
    curated.parent.mkdir(parents=True)
    curated.touch()
    assert proposal("digits", Path("artifacts/digits/prepare")) is None
