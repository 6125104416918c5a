"""Class folders, with and without folders of splits above them."""

from pathlib import Path

import pytest

from components.core.errors import ConvoyError, DataError
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.sources.image_folder import Source


def make(folder: Path, *files: str) -> Source:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(file.encode())
    return Source(kind="image_folder", path=folder)


def rows(source: Source) -> list[tuple[str, str, str | None]]:
    return [(row.path, row.labels["label"], row.split) for row in source.read()]


def test_classes_in_alphabetical_order(tmp_path: Path) -> None:
    source = make(tmp_path, "dog/b.png", "cat/z.JPG", "dog/a.bmp", "cat/old/a.jpeg")
    assert rows(source) == [
        ("cat/old/a.jpeg", "cat", None),
        ("cat/z.JPG", "cat", None),
        ("dog/a.bmp", "dog", None),
        ("dog/b.png", "dog", None),
    ]
    assert source.missing_splits() == []


def test_the_bytes_are_those_of_the_file(tmp_path: Path) -> None:
    (record,) = make(tmp_path, "cat/a.png").read()
    assert record == Record(b"cat/a.png", "cat/a.png", {"label": "cat"}, None)


def test_folders_of_splits(tmp_path: Path) -> None:
    source = make(tmp_path, "train/cat/a.png", "val/cat/b.png", "test/dog/c.png")
    assert rows(source) == [
        ("test/dog/c.png", "dog", "test"),
        ("train/cat/a.png", "cat", "train"),
        ("val/cat/b.png", "cat", "val"),
    ]
    assert source.missing_splits() == []


@pytest.mark.parametrize(("there", "missing"), [("val", ["test"]), ("test", ["val"])])
def test_a_split_without_a_folder(tmp_path: Path, there: str, missing: list[str]) -> None:
    source = make(tmp_path, "train/cat/a.png", f"{there}/cat/b.png")
    assert source.missing_splits() == missing


def test_what_is_no_visible_image_is_left_out(tmp_path: Path) -> None:
    source = make(tmp_path, "cat/a.png", "cat/._a.png", "cat/notes.txt", ".git/x.png", "root.png")
    assert rows(source) == [("cat/a.png", "cat", None)]


@pytest.mark.parametrize(
    "files",
    [
        ("Training/a.png", "Testing/b.png"),
        ("seg_train/seg_train/cat/a.png", "seg_test/seg_test/cat/b.png"),
        ("train/train/cat/a.png", "test/test/cat/b.png"),
    ],
)
def test_folders_of_splits_are_no_classes(tmp_path: Path, files: tuple[str, ...]) -> None:
    with pytest.raises(ConvoyError, match="mean splits but would be .* named train, val, test"):
        list(make(tmp_path, *files).read())


@pytest.mark.parametrize(
    "files",
    [
        ("Train/cat/a.png", "Train/dog/b.png", "photos/c.png"),
        ("Train/cat/a.png", "Train/dog/b.png"),
        ("test_set/cat/a.png", "test_set/notes.txt", "bus/b.png"),
    ],
)
def test_a_folder_that_holds_classes_is_a_split(tmp_path: Path, files: tuple[str, ...]) -> None:
    with pytest.raises(DataError, match="means a split but would be .* named train, val, test"):
        list(make(tmp_path, *files).read())


def test_a_folder_that_holds_images_is_a_class(tmp_path: Path) -> None:
    source = make(tmp_path, "Train/a.png", "Train/old/b.png", "bus/c.png", "test_tube/old/d.png")
    assert [label for _, label, _ in rows(source)] == ["Train", "Train", "bus", "test_tube"]


def test_files_that_cannot_be_read_are_told_at_once(tmp_path: Path) -> None:
    make(tmp_path, "cat/a.png", "dog/b.png")
    for name in ("cat/b.png", "cat/c.png", "dog/a.png"):
        (tmp_path / name).symlink_to("/proc/self/mem")  # nothing is at its beginning
    source = Source(kind="image_folder", path=tmp_path, allow_outside=True)
    with pytest.raises(FaultsError) as caught:
        rows(source)
    assert caught.value.faults == [
        f"{tmp_path / name}: cannot be read: Input/output error"
        for name in ("cat/b.png", "cat/c.png", "dog/a.png")
    ]


def test_an_unknown_split(tmp_path: Path) -> None:
    source = make(tmp_path, "train/cat/a.png", "valid/cat/b.png")
    with pytest.raises(ConvoyError, match=r"valid: not a split; .* train, val, test"):
        rows(source)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"")
    with pytest.raises(ConvoyError, match=r"a\.png: not a folder"):
        rows(Source(kind="image_folder", path=file))
