from pathlib import Path

import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.evaluate.rows import decode_row, read_batches
from pipelines.tasks.classification import TASK


def example(**columns: list) -> bytes:
    kinds = {bytes: "bytes_list", int: "int64_list", float: "float_list"}
    message = tf.train.Example()
    for name, values in columns.items():
        getattr(message.features.feature[name], kinds[type(values[0])]).value.extend(values)
    return message.SerializeToString()


def image(index: int) -> bytes:
    return example(
        image=[b"png"], image_path=[b"%d.png" % index], width=[28], height=[14], label=[b"7"]
    )


def test_batches_hold_the_rows_in_order(tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("b.gz", "a.gz")]
    for file, indices in zip(files, (range(3, 5), range(3)), strict=True):
        with tf.io.TFRecordWriter(file, "GZIP") as writer:
            for index in indices:
                writer.write(image(index))
    batches = list(read_batches(files, TASK, batch_size=2))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    rows = [row for batch in batches for row in batch]
    assert [row["image_path"] for row in rows] == [f"{index}.png" for index in range(5)]
    assert rows[0] == {
        "image": b"png", "image_path": "0.png", "width": 28, "height": 14, "label": "7"
    }  # fmt: skip


def test_lists_become_arrays_and_missing_values_none() -> None:
    record = example(keypoints=[1.5, float("nan")])
    row = decode_row(record, {"keypoints": pa.list_(pa.float32()), "label": pa.string()})
    np.testing.assert_array_equal(row["keypoints"], [1.5, np.nan])
    assert row["label"] is None
