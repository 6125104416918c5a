"""A file a class with a text a line."""

from pathlib import Path
from typing import Any

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.ingest.class_folders import NO_CLASS
from components.ingest.ingest import load_source
from components.ingest.sources.text_lines import BLANK, Source, find_classes
from components.samples.text import TextSample

POS, NEG = "rt-polarity.pos", "rt-polarity.neg"


def make(folder: Path, files: dict[str, bytes], **options: Any) -> Source:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    source = load_source({"kind": "text_lines", "path": folder, **options}, "source")
    assert isinstance(source, Source)
    return source


def test_a_text_a_line(tmp_path: Path) -> None:
    source = make(tmp_path, {POS: b"good \r\n\nfine", NEG: b"dull\n \n", "README.md": b"no"})
    assert [(r.path, r.sample, r.labels["label"], r.split) for r in source.read()] == [
        ("rt-polarity.neg:1", b"dull", "neg", None),
        ("rt-polarity.pos:1", b"good ", "pos", None),
        ("rt-polarity.pos:3", b"fine", "pos", None),
    ]
    assert source.left_out() == {BLANK: 2, NO_CLASS: 1}


def test_lines_of_another_encoding_end_at_line_breaks_only(tmp_path: Path) -> None:
    files = {POS: "wait… what—really\ncafé\n".encode("cp1252"), NEG: b"\x85\n"}
    texts = [record.sample.decode() for record in make(tmp_path, files, encoding="cp1252").read()]
    assert texts == ["…", "wait… what—really", "café"]


def test_lines_that_are_not_in_the_encoding_are_named(tmp_path: Path) -> None:
    source = make(tmp_path, {POS: b"ok\n\x81\n\x8d\n", NEG: b"ok"}, encoding="cp1252")
    with pytest.raises(FaultsError) as raised:
        list(source.read())
    assert len(raised.value.faults) == 2
    assert raised.value.faults[0].startswith(f"{tmp_path / POS}: line 2: not cp1252")


def test_files_may_be_called_anything_when_they_are_named(tmp_path: Path) -> None:
    files = {"good.txt": b"fine\n", "bad.txt": b"dull\n", "other.txt": b"left\n"}
    source = make(tmp_path, files, classes={"negative": "bad.txt", "positive": "good.txt"})
    assert [record.labels["label"] for record in source.read()] == ["negative", "positive"]
    assert source.left_out() == {NO_CLASS: 1}


def test_no_two_files(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"no two files whose names begin alike and end in class"):
        list(make(tmp_path, {POS: b"good\n", "other.neg": b"dull\n"}).read())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    source = make(tmp_path, {}, classes={"a": "a.txt", "b": "b.txt"})
    with pytest.raises(ConvoyError, match=r"a\.txt: cannot be read: No such file"):
        list(source.read())


def test_lines_of_wide_encodings_cannot_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"lines of utf-16 cannot be told apart"):
        make(tmp_path, {}, encoding="utf-16")


def test_endings_of_formats_and_images_are_no_classes(tmp_path: Path) -> None:
    for name in ("a.txt", "a.csv", "a.json", "b.pts", "photo.raw", "photo.x3f"):
        (tmp_path / name).write_bytes(b"\0\1\2" if "photo" in name else b"text")
    assert find_classes(tmp_path) == {}
    assert Source.recognise(tmp_path) is None


def test_real_sentences(real_data: Path) -> None:
    source = Source(kind="text_lines", path=real_data / "mr-polarity", encoding="cp1252")
    records = list(source.read())
    assert len(records) == 2 * 5_331
    assert sum("café" in record.sample.decode() for record in records) > 0
    undeclared = Source(kind="text_lines", path=real_data / "mr-polarity").read()
    broken = [r for r in undeclared if TextSample(name="toy").inspect(r.sample)["decode_error"]]
    assert len(broken) == 202
