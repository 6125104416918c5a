"""Text files by class folder."""

from pathlib import Path
from typing import Any

import pytest

from components.core.errors import ConvoyError
from components.ingest.class_folders import NO_CLASS
from components.ingest.ingest import load_source
from components.ingest.sources.text_folder import UNLABELLED, Source
from components.samples.text import NO_TEXT


def make(folder: Path, files: dict[str, bytes], **options: Any) -> Source:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    source = load_source({"kind": "text_folder", "path": folder, **options}, "source")
    assert isinstance(source, Source)
    return source


def test_the_layout_of_reviews(tmp_path: Path) -> None:
    files = {
        "train/neg/0_3.txt": b"dull",
        "train/pos/0_9.txt": b"good",
        "train/unsup/0_0.txt": b"who knows",
        "train/urls_pos.txt": b"http://example.org",
        "train/labeledBow.feat": b"9 0:9",
        "test/neg/0_2.txt": b"lame",
        "test/pos/0_8.txt": b"fine",
        "README": b"words",
        "imdb.vocab": b"the",
    }
    source = make(tmp_path / "aclImdb", files)
    assert [(r.path, r.sample, r.labels["label"], r.split) for r in source.read()] == [
        ("test/neg/0_2.txt", b"lame", "neg", "test"),
        ("test/pos/0_8.txt", b"fine", "pos", "test"),
        ("train/neg/0_3.txt", b"dull", "neg", "train"),
        ("train/pos/0_9.txt", b"good", "pos", "train"),
    ]
    assert source.missing_splits() == ["val"]
    assert source.left_out() == {UNLABELLED: 1, NO_CLASS: 2, NO_TEXT: 2}


def test_a_declared_encoding_becomes_utf_8(tmp_path: Path) -> None:
    source = make(tmp_path, {"pos/1.txt": "café".encode("cp1252")}, encoding="cp1252")
    (record,) = source.read()
    assert record.sample == "café".encode()


def test_what_is_not_in_the_declared_encoding_is_named(tmp_path: Path) -> None:
    files = {"pos/1.txt": b"fine", "pos/2.txt": b"\x81", "neg/3.txt": b"\x8d"}
    source = make(tmp_path, files, encoding="cp1252")
    with pytest.raises(ConvoyError, match=r"2 faults\n  .*3\.txt: not cp1252: .*\n  .*2\.txt: not"):
        list(source.read())


def test_what_is_said_to_be_utf_8_is_left_to_validation(tmp_path: Path) -> None:
    (record,) = make(tmp_path, {"pos/1.txt": b"caf\xe9"}).read()
    assert record.sample == b"caf\xe9"


@pytest.mark.parametrize("encoding", ["utf-9", "hex", "rot13"])
def test_an_encoding_that_there_is_not(tmp_path: Path, encoding: str) -> None:
    message = rf"source\.encoding: there is no encoding '{encoding}'"
    with pytest.raises(ConvoyError, match=message):
        make(tmp_path, {}, encoding=encoding)


def test_images_are_no_texts(tmp_path: Path) -> None:
    source = make(tmp_path, {"pos/1.png": b"\x89PNG", "pos/2.txt": b"fine"})
    assert [record.path for record in source.read()] == ["pos/2.txt"]
    assert source.left_out() == {NO_TEXT: 1}
