"""The fingerprint of a SavedModel, the same for equal models."""

from pathlib import Path


def forget_uuid(folder: Path) -> None:
    """Takes the random number, which TensorFlow adds from 2.17 on, out of fingerprints.

    What is left of them are hashes of the model.

    Args:
        folder: Where SavedModels are, at any depth.
    """
    from tensorflow.core.protobuf.fingerprint_pb2 import FingerprintDef  # takes seconds to load

    if "uuid" not in FingerprintDef.DESCRIPTOR.fields_by_name:
        return
    for file in folder.rglob("fingerprint.pb"):
        fingerprint = FingerprintDef.FromString(file.read_bytes())
        fingerprint.ClearField("uuid")
        file.write_bytes(fingerprint.SerializeToString(deterministic=True))
