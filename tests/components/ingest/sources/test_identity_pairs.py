"""Lists of pairs as Labeled Faces in the Wild has them."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.ingest.sources.identity_pairs import Photo, Source, read_folds

PEOPLE = ("Ada", "Bob", "Cy_de_la", "Dan", "Eve")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos of each of five people."""
    for person in PEOPLE:
        (tmp_path / person).mkdir()
        for number in (1, 2):
            file = tmp_path / person / f"{person}_{number:04}.jpg"
            file.write_bytes(file.name.encode())
    return tmp_path


def make(folder: Path, text: str, **options: Any) -> Source:
    (folder / "pairs.txt").write_text(text)
    return Source(kind="identity_pairs", path=folder / "pairs.txt", **options)


@pytest.mark.parametrize("header", ["", "1\n", "1\t1\n", "\ufeff1\r\n"])
def test_those_named_are_tested_on_with_or_without_a_header(folder: Path, header: str) -> None:
    source = make(folder, f"{header}Ada\t1\t2\nAda\t1\tCy_de_la\t2\n")
    records = list(source.read())
    assert {each.labels["identity"] for each in records if each.split == "test"} == {
        "Ada",
        "Cy_de_la",
    }
    assert [each.split for each in records].count("train") == 6
    assert source.missing_splits() == ("val",)
    partners = {each.path: each.labels["pairs"] for each in records if each.labels["pairs"]}
    first = ["Ada/Ada_0002.jpg", "Cy_de_la/Cy_de_la_0002.jpg"]
    assert partners == {"Ada/Ada_0001.jpg": first}


def test_folds(folder: Path) -> None:
    text = "2\t1\nAda\t1\t2\nAda\t1\tBob\t2\nCy_de_la\t1\t2\nDan\t1\tCy_de_la\t2\n"
    for fold, people in ((1, {"Ada", "Bob"}), (2, {"Cy_de_la", "Dan"})):
        records = make(folder, text, fold=fold).read()
        assert {each.labels["identity"] for each in records if each.split == "test"} == people
    with pytest.raises(ConvoyError, match=r"source\.fold is 3; there are 2"):
        list(make(folder, text, fold=3).read())


def test_the_photos_may_lie_elsewhere(folder: Path) -> None:
    (folder / "lists").mkdir()
    (folder / "lists/pairs.txt").write_text("Ada 1 2\nAda 1 Bob 2\n")
    source = Source(kind="identity_pairs", path=folder / "lists/pairs.txt", images=folder)
    assert len(list(source.read())) == 10
    assert len(list(source.watched())) == 10
    assert source.left_out() == {"no image": 1}


def test_those_who_are_learnt_from_may_lie_elsewhere(folder: Path) -> None:
    for name in ("Ada/new.png", "Zoe/1.png", "Zoe/notes.txt"):  # of whom Ada is tested on
        (folder / "more" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "more" / name).write_bytes(name.encode())
    source = make(folder, "Ada 1 2\nAda 1 Bob 2\n", others=folder / "more")
    records = [(each.path, each.split) for each in source.read()]
    assert [path for path, split in records if split == "train"] == ["Zoe/1.png"]
    assert len(records) == 5
    assert source.left_out() == {"no image": 1}
    assert {folder / "more/Zoe/1.png", folder / "Ada/Ada_0001.jpg"} <= {*source.watched()}


def test_photos_are_numbered() -> None:
    assert Photo("Ada", 12).stem == "Ada_0012"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Ada 1 2\nAda 1 Zoe 1\n", r"pairs\.txt: line 2: no photo .*Zoe/Zoe_0001$"),
        ("Ada 1 2\nAda 3 Bob 1\n", r"pairs\.txt: line 2: no photo .*Ada/Ada_0003$"),
        ("Ada 1 2\nAda 1\n", r"line 2: 2 cells; a pair has three or four"),
        ("Ada 1 2\nAda one Bob 2\n", r"line 2: 'one' and '2' must be the numbers"),
        ("Ada 1 2\nAda 1 Ada 2\n", r"line 2: Ada twice"),
        ("Ada 1 1\nAda 1 Bob 2\n", r"line 1: one photo twice: Ada_0001"),
        ("5\nAda 1 2\nAda 1 Bob 2\n", r"has 2 pairs; its first line says 10"),
        ("", r"has no pair"),
        ("10 300\n", r"has no pair"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        list(make(folder, text).read())


def test_all_that_is_wrong_is_named(folder: Path) -> None:
    with pytest.raises(FaultsError) as raised:
        list(make(folder, "Ada 1 9\nAda 1 2\nBob 1 8\nBob 1 Ada 1\n").read())
    assert len(raised.value.faults) == 2


def test_somebody_must_be_left(folder: Path) -> None:
    lines = [f"{one} 1 {two} 1" for one, two in pairwise(PEOPLE)]
    with pytest.raises(ConvoyError, match="names everybody"):
        list(make(folder, "\n".join(lines)).read())


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_no_list(folder: Path, content: bytes | None) -> None:
    if content is not None:
        (folder / "pairs.txt").write_bytes(content)
    with pytest.raises(ConvoyError, match="no list of pairs"):
        read_folds(folder / "pairs.txt")


def test_the_pairs_of_real_photos(real_data: Path) -> None:
    file = real_data / "lfw-faces/pairsDevTrain.txt"
    if not file.is_file():
        pytest.skip("CONVOY_DATA has no lfw-faces")
    records = list(Source(kind="identity_pairs", path=file).read())
    assert sum(len(each.labels["pairs"]) for each in records) == 2_200
    people = {
        split: {r.labels["identity"] for r in records if r.split == split}
        for split in ("train", "test")
    }
    assert not people["train"] & people["test"]


def test_a_list_is_recognised_alone_or_among_the_people(folder: Path) -> None:
    make(folder, "1\nAda 1 2\nAda 1 Bob 2\n")
    for path in (folder, folder / "pairs.txt"):
        assert Source.recognise(path) == {"path": folder / "pairs.txt"}
    (folder / "readme.txt").write_text("Photos of five people.\n")
    assert Source.recognise(folder) == {"path": folder / "pairs.txt"}
    assert Source.recognise(folder / "readme.txt") is None
    assert Source.recognise(folder / "Ada") is None
