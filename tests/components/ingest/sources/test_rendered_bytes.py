"""What convoy draws is the same, byte by byte, with all versions of libraries, on all CPUs."""

import hashlib
import os
import subprocess
import sys
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
        ("rendered_faces", {"count": 8}, "ccf8bd99bfe864d0"),
        ("rendered_scenes", FEW, "8af43e25afaa285f"),
        ("rendered_boxes", FEW, "9e9cebb11a0f1fa6"),
        ("rendered_people", FEW, "15fb0dcce8385286"),
        ("rendered_objects", FEW, "0d91c4248f0db093"),
    ],
)
def test_the_same_bytes_everywhere(
    kind: str, options: dict[str, Any], digest: str, tmp_path: Path
) -> None:
    assert drawn(kind, tmp_path, **options) == digest


DRAW = """
import sys
from tests.components.ingest.sources.test_rendered_bytes import drawn
print(drawn("rendered_faces", sys.argv[1], count=4))
"""


def test_the_same_bytes_on_older_processors(tmp_path: Path) -> None:
    older = {"NPY_DISABLE_CPU_FEATURES": "FMA3 AVX2 AVX512F AVX512_SKX", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", DRAW, str(tmp_path)]
    told = subprocess.run(
        command, check=True, env=os.environ | older, capture_output=True, text=True
    )
    assert told.stdout.strip() == drawn("rendered_faces", tmp_path, count=4)
