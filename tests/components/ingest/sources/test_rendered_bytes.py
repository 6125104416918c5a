"""What convoy draws is the same, byte by byte, with every version of the libraries it runs on."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.ingest.ingest import load_source

FEW = {"counts": {"train": 6, "val": 1, "test": 1}}


def drawn(kind: str, path: Path, **options: Any) -> str:
    """The start of the SHA-256 of pictures, and of labels as the shards hold them."""
    digest = hashlib.sha256()
    for record in load_source({"kind": kind, "path": path, **options}, "source").read():
        digest.update(record.sample)
        points = np.array(record.labels.get("keypoints", ()), np.float32)
        digest.update(points.tobytes())
    return digest.hexdigest()[:16]


@pytest.mark.parametrize(
    ("kind", "options", "digest"),
    [
        ("rendered_faces", {"count": 8}, "6de9b48f4c39eaa2"),
        ("rendered_scenes", FEW, "3cbf188781a4bf32"),
        ("rendered_boxes", FEW, "9e9cebb11a0f1fa6"),
        ("rendered_people", FEW, "1ea0fd0249c89ae7"),
        ("rendered_objects", FEW, "457bee3e07701c65"),
    ],
)
def test_the_same_bytes_everywhere(
    kind: str, options: dict[str, Any], digest: str, tmp_path: Path
) -> None:
    assert drawn(kind, tmp_path, **options) == digest
