"""TensorFlow is loaded without a greeting; what counts is passed on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.greeting import counts

FAKE = """
import os, sys
os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called are written\\n")
os.write(2, b"I0000 00:00:1795716348.299907 3 port.cc:153] oneDNN custom operations are on.\\n")
os.write(2, b"E0000 00:00:1795716348.299908 3 cuda_dnn.cc:8579] Unable to register cuDNN\\n")
print("a line of Python", file=sys.stderr)
{then}
version = "fake"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tensorflow").mkdir()
    return tmp_path


def load(folder: Path, level: str, then: str = "") -> subprocess.CompletedProcess[str]:
    """Loads a package of TensorFlow's name, in another process, as `convoy` does."""
    (folder / "tensorflow/__init__.py").write_text(FAKE.format(then=then))
    (folder / "tensorflow/part.py").write_text("inner = 1")
    code = (
        "from pipelines.quiet import silence_libraries; silence_libraries();"
        "import tensorflow, tensorflow.part, importlib.resources as found;"
        "print(tensorflow.version, tensorflow.part.inner, found.files('tensorflow').name)"
    )
    paths = os.pathsep.join((str(folder), str(Path.cwd())))
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": level, "PYTHONPATH": paths}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


def test_the_greeting_is_not_seen(folder: Path) -> None:
    result = load(folder, "3")
    assert result.stdout.split() == ["fake", "1", "tensorflow"]
    assert result.stderr.splitlines() == ["a line of Python"]


def test_errors_are_seen_when_the_user_wants_them(folder: Path) -> None:
    errors = load(folder, "2").stderr.splitlines()
    assert [line[:5] for line in errors] == ["E0000", "a lin"]
    assert "oneDNN" in load(folder, "0").stderr


def test_an_error_keeps_what_was_said(folder: Path) -> None:
    result = load(folder, "3", "raise ImportError('no such library')")
    assert result.returncode == 1
    assert result.stderr.startswith("a line of Python\n")
    assert result.stderr.endswith("ImportError: no such library\n")


@pytest.mark.parametrize(
    ("line", "level", "seen"),
    [
        (b"W0000 00:00:1.5 3 a.cc:1] beware\n", 1, True),
        (b"W0000 00:00:1.5 3 a.cc:1] beware\n", 2, False),
        (b"F0000 00:00:1.5 3 a.cc:1] the end\n", 3, True),
        (b"Illegal instruction\n", 3, True),
        (b"I0000 of the matrix is a letter\n", 3, True),
    ],
)
def test_which_lines_count(line: bytes, level: int, seen: bool) -> None:
    assert counts(line, level) is seen
