import json
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.core.table import table_schema
from pipelines.tasks.classification import TASK
from tests.specs import make_spec

pytestmark = pytest.mark.slow  # importing TFX takes 10 s: only when a test of these runs

SPEC = make_spec(TASK, checks={"classes": ["cat", "dog"]})


def encode_table(table: pa.Table) -> list[bytes]:
    from components.prepare import example_gen

    return example_gen.encode_table(table)


def decode(record: bytes) -> dict[str, list]:
    import tensorflow as tf

    features = tf.train.Example.FromString(record).features.feature
    return {
        name: list(getattr(feature, feature.WhichOneof("kind") or "bytes_list").value)
        for name, feature in features.items()
    }


def test_rows_become_examples() -> None:
    table = pa.table(
        {
            "image": pa.array([b"\x89PNG\xff", b""], pa.binary()),
            "label": ["seven", None],
            "width": [28, 96],
            "keypoints": pa.array([[1.5, math.nan], [2.0, 3.0]], pa.list_(pa.float32())),
        }
    )
    first, second = map(decode, encode_table(table))
    assert first["image"] == [b"\x89PNG\xff"]
    assert first["label"] == [b"seven"]
    assert first["width"] == [28]
    np.testing.assert_array_equal(first["keypoints"], [1.5, math.nan])
    assert second["label"] == []
    assert second["keypoints"] == [2.0, 3.0]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array([1, 2], pa.int8()), pa.int64()),
        (pa.array([1.0, 2.0], pa.float64()), pa.float32()),
        (pa.array(["a", "b"]), pa.large_binary()),
        (pa.array([[1, 2], [3]], pa.list_(pa.int32())), pa.int64()),
    ],
)
def test_columns_get_the_types_of_tfx(column: pa.Array, values: pa.DataType) -> None:
    from components.prepare.example_gen import to_features

    assert to_features(column).type == pa.large_list(values)


def test_chunks_and_slices_keep_their_rows() -> None:
    table = pa.table({"width": pa.chunked_array([[1, 2], [3, 4, 5]])}).slice(1, 3)
    assert [decode(record)["width"] for record in encode_table(table)] == [[2], [3], [4]]


def test_the_spec_reaches_the_executor(tmp_path: Path) -> None:
    from components.prepare.example_gen import unwrap_spec
    from components.prepare.nodes import prepare_nodes

    nodes = prepare_nodes(SPEC, tmp_path, tmp_path / "absent.pbtxt")
    assert unwrap_spec(nodes["ExampleGen"].exec_properties) == SPEC
    assert json.loads(nodes["Transform"].exec_properties["custom_config"]) == {
        "spec": SPEC.to_json()
    }


def test_examples_keep_the_columns_that_later_stages_read(tmp_path: Path) -> None:
    import apache_beam as beam
    from apache_beam.testing.util import assert_that

    from components.prepare.example_gen import ParquetExecutor
    from components.prepare.nodes import prepare_nodes

    types = table_schema(SPEC.sample, SPEC.labels)
    row = {"image": b"png", "width": 3, "height": 2, "image_path": "a.png", "label": "cat"}
    table = pa.Table.from_pylist([{**row, "sha256": "0", "split": "train"}], types)
    pq.write_table(table, tmp_path / "train-00000.parquet")
    node = prepare_nodes(SPEC, tmp_path, tmp_path / "absent.pbtxt")["ExampleGen"]

    def check(records: list[bytes]) -> None:
        (example,) = map(decode, records)
        assert example == {
            "image": [b"png"],
            "width": [3],
            "height": [2],
            "image_path": [b"a.png"],
            "label": [b"cat"],
        }

    transform = ParquetExecutor().GetInputSourceToExamplePTransform()
    with beam.Pipeline() as pipeline:
        examples = pipeline | transform(node.exec_properties, "train-*.parquet")
        assert_that(examples, check)
