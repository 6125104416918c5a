"""Files of examples that are the same every time."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # importing TFX takes 10 s: only when a test of these runs

ENCODE = """
import hashlib, sys
import pyarrow as pa
from components.core.conversion import canonical
from components.prepare.example_gen import encode_table

table = pa.table({name: [name] * 20 for name in ("image", "label", "width", "height", "path")})
records = encode_table(table)
for each in (records, map(canonical, records)):
    print(hashlib.sha256(b"".join(each)).hexdigest())
"""


def test_an_example_is_the_same_bytes_in_every_process() -> None:
    command = [sys.executable, "-c", ENCODE]
    outputs = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    ]
    encoded, settled = zip(*outputs, strict=True)
    assert encoded[0] != encoded[1], "protobuf orders features anew: nothing needs settling"
    assert settled[0] == settled[1]


@pytest.mark.parametrize("mode", ["in_memory", "multi_threading"])
def test_files_and_their_order_do_not_depend_on_the_workers(mode: str, tmp_path: Path) -> None:
    import apache_beam as beam
    import tensorflow as tf

    from components.core.conversion import FileConverter, convert_files, plan_files

    class Letters(FileConverter):
        """Makes an example of each letter of a text file."""

        def convert(self, file: str) -> Iterable[bytes]:
            for letter in Path(file).read_text():
                value = tf.train.BytesList(value=[letter.encode()])
                feature = {"letter": tf.train.Feature(bytes_list=value)}
                example = tf.train.Example(features=tf.train.Features(feature=feature))
                yield example.SerializeToString()

    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_text(f"{number}abc")
    written = []
    for name in ("once", "again"):
        jobs = [*plan_files(tmp_path.glob("*.txt"), tmp_path / name, "letters")]
        flags = [f"--direct_running_mode={mode}", "--direct_num_workers=3"]
        with beam.Pipeline(argv=flags) as pipeline:
            convert_files(pipeline, jobs, Letters())
        files = sorted((tmp_path / name).iterdir())
        written.append({file.name: file.read_bytes() for file in files})
    assert written[0] == written[1]
    assert list(written[0])[1] == "letters-00001-of-00012.gz"
    records = tf.data.TFRecordDataset(str(files[1]), "GZIP").as_numpy_iterator()
    examples = [tf.train.Example.FromString(record) for record in records]
    letters = [each.features.feature["letter"].bytes_list.value[0] for each in examples]
    assert letters == [b"1", b"a", b"b", b"c"]
