from pathlib import Path

import tensorflow as tf

from components.core.records import read_records


def write(file: Path, *records: bytes) -> None:
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for record in records:
            writer.write(record)


def test_records_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "with [brackets]"
    folder.mkdir()
    files = [folder / "0.gz", folder / "1.gz"]
    write(files[1], b"c")
    write(files[0], b"a", b"b")
    records = read_records([str(file) for file in files])
    assert [*records.as_numpy_iterator()] == [b"a", b"b", b"c"]


def test_what_is_made_of_them_is_not_tuned(tmp_path: Path) -> None:
    write(tmp_path / "0.gz", b"a")
    records = read_records([str(tmp_path / "0.gz")])
    made = tf.data.Dataset.zip(records.map(tf.strings.length), tf.data.Dataset.range(1)).batch(1)
    assert made.options().autotune.enabled is False
