"""Equal models have equal fingerprints."""

from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf.fingerprint_pb2 import FingerprintDef

from components.core.fingerprint import forget_uuid


class Doubler(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((), tf.float32)])
    def double(self, value: tf.Tensor) -> tf.Tensor:
        return 2 * value


def save(folder: Path) -> Path:
    tf.saved_model.save(Doubler(), str(folder))
    return folder / "fingerprint.pb"


def test_the_hashes_stay(tmp_path: Path) -> None:
    file = save(tmp_path / "a")
    before = tf.saved_model.experimental.read_fingerprint(str(file.parent))
    forget_uuid(tmp_path)
    after = tf.saved_model.experimental.read_fingerprint(str(file.parent))
    assert after == before
    assert after.saved_model_checksum
    assert tf.saved_model.load(str(file.parent)).double(tf.constant(3.0)) == 6


def test_nothing_of_it_is_random(tmp_path: Path) -> None:
    file = save(tmp_path)
    forget_uuid(tmp_path)
    fields = [field.name for field, _ in FingerprintDef.FromString(file.read_bytes()).ListFields()]
    assert "uuid" not in fields
    settled = file.read_bytes()
    forget_uuid(tmp_path)
    assert file.read_bytes() == settled
