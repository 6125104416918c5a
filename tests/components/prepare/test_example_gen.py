import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
    "column",
    [
        pa.array([0.5, None, None, 0.25], pa.float32()),
        pa.array([[0.5], None, None, [0.25]], pa.list_(pa.float32())),
    ],
)
def test_what_is_missing_is_no_list_without_values(column: pa.Array) -> None:
    """Which to TFDV would be a value too few."""
    import tensorflow as tf

    records = encode_table(pa.table({"person_area": column}))
    kinds = [
        tf.train.Example.FromString(record).features.feature["person_area"].WhichOneof("kind")
        for record in records
    ]
    assert kinds == ["float_list", None, None, "float_list"]
    assert [decode(record)["person_area"] for record in records] == [[0.5], [], [], [0.25]]


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


def make_examples(folder: Path, shards: Sequence[pa.Table]) -> list[list[dict[str, list]]]:
    """Runs the executor on shards of the training split; returns the examples of each file."""
    import tensorflow as tf
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.proto import example_gen_pb2
    from tfx.types.standard_artifacts import Examples
    from tfx.utils import proto_utils

    from components.prepare.example_gen import ParquetExecutor
    from components.prepare.nodes import prepare_nodes

    for number, table in enumerate(shards):
        pq.write_table(table, folder / f"train-{number:05}.parquet")
    node = prepare_nodes(SPEC, folder, folder / "absent.pbtxt")["ExampleGen"]
    split = example_gen_pb2.Input.Split(name="train", pattern="train-*.parquet")
    config = proto_utils.proto_to_json(example_gen_pb2.Input(splits=[split]))
    examples = Examples()
    examples.uri = str(folder / "examples")
    flags = ["--direct_running_mode=in_memory", "--sdk_container_image=local"]
    context = BaseBeamExecutor.Context(beam_pipeline_args=flags, unique_id="", tmp_dir=str(folder))
    properties = {**node.exec_properties, "input_config": config}
    ParquetExecutor(context).Do({}, {"examples": [examples]}, properties)
    assert examples.splits == ["train"]
    files = sorted(Path(examples.path(split="train")).iterdir())
    return [
        [
            decode(record)
            for record in tf.data.TFRecordDataset(str(file), "GZIP").as_numpy_iterator()
        ]
        for file in files
    ]


def row(number: int) -> dict[str, Any]:
    known = {"image": b"png", "width": number, "height": 2, "label": "cat"}
    return {**known, "image_path": f"{number}.png", "sha256": "0", "split": "train"}


def test_examples_keep_the_columns_that_later_stages_read(tmp_path: Path) -> None:
    types = table_schema(SPEC.sample, SPEC.labels)
    ((example,),) = make_examples(tmp_path, [pa.Table.from_pylist([row(3)], types)])
    assert example == {
        "image": [b"png"],
        "width": [3],
        "height": [2],
        "image_path": [b"3.png"],
        "label": [b"cat"],
    }


def test_a_file_of_examples_holds_the_rows_of_a_shard_in_their_order(tmp_path: Path) -> None:
    types = table_schema(SPEC.sample, SPEC.labels)
    rows = [[row(number) for number in range(begin, begin + 300)] for begin in (0, 300, 600)]
    files = make_examples(tmp_path, [pa.Table.from_pylist(part, types) for part in rows])
    widths = [[example["width"][0] for example in examples] for examples in files]
    assert widths == [[each["width"] for each in part] for part in rows]
