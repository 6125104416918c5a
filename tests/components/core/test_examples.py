"""Examples as they are read back from TFRecord files."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.core.examples import decode_row, parse_example, parse_features, read_raw
from components.core.images import encode_png
from components.core.parts import Features, Tensors
from tests.tables import LABELS, image_sample

SAMPLE = image_sample(2, 3)
NUMBERS = pa.list_(pa.int64())
PIXELS = np.arange(6, dtype=np.uint8).reshape(2, 3)


class Halves(Features):
    """A number that is packed as its half."""

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        raise NotImplementedError

    def unpack(self, example: Tensors) -> dict[str, tf.Tensor]:
        return {**example, "number": 2 * example["number"]}


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
    batches = list(read_raw(files, SAMPLE, LABELS, batch_size=2))
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


def test_columns_are_decoded_by_their_types() -> None:
    record = example(text=["ü".encode()], data=[b"\0"], count=[3], other=[9])
    types = {"text": pa.string(), "data": pa.binary(), "count": pa.int64(), "none": NUMBERS}
    row = {**decode_row(record, types)}
    assert len(row.pop("none")) == 0
    assert row == {"text": "ü", "data": b"\0", "count": 3}


def test_a_transformed_example_is_decoded_and_unpacked() -> None:
    spec = {
        "image": tf.io.FixedLenFeature((), tf.string),
        "number": tf.io.FixedLenFeature((), tf.int64),
    }
    record = tf.constant(example(image=[encode_png(PIXELS)], number=[4]))
    features = Halves(name="toy")
    parsed = parse_example(record, spec, SAMPLE, features)
    np.testing.assert_array_equal(parsed["image"][..., 0], PIXELS)
    assert parsed["number"] == 8
    packed = parse_features(record, spec, features)
    assert packed["image"] == encode_png(PIXELS)
    assert packed["number"] == 8


def test_features_are_neither_packed_nor_drawn_unless_told() -> None:
    class Plain(Halves):
        unpack = Features.unpack

    features = {"number": tf.constant(1)}
    plain = Plain(name="toy")
    assert plain.unpack(features) == plain.pack(features) == features
    picture = SAMPLE.draw(encode_png(PIXELS))
    assert plain.draw(picture, {"number": np.array(1)}) is picture
