"""No source reads what lies outside of its folder, or what is no file, unless it is told to."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS
from components.core.walking import DANGLING, NO_FILE, OUTSIDE
from components.ingest.ingest import load_source
from components.ingest.sources.base import FileSource
from tests.toys import png

POINTS = "\n".join(f"{x + 1} {x % 3 + 1}" for x in range(68))

Make = Callable[[Path, str], FileSource]


def make(kind: str, path: Path, **options: object) -> FileSource:
    source = load_source({"kind": kind, "path": path, **options}, "source")
    assert isinstance(source, FileSource)
    return source


def by_csv(folder: Path, name: str, **options: object) -> FileSource:
    (folder / "labels.csv").write_text(f"path,label\na/1.png,x\n{name},x\n")
    return make("csv_labels", folder / "labels.csv", **options)


def by_coco(kind: str, category: dict, annotation: dict, **fixed: object) -> Make:
    def write(folder: Path, name: str, **options: object) -> FileSource:
        names = {1: "a/1.png", 2: name}
        content = {
            "images": [
                {"id": number, "file_name": each, "width": 4, "height": 4}
                for number, each in names.items()
            ],
            "categories": [{"id": 1, "name": "person", **category}],
            "annotations": [
                {"id": number, "image_id": number, "category_id": 1, **annotation}
                for number in names
            ],
        }
        (folder / "labels.json").write_text(json.dumps(content))
        return make(kind, folder, annotations="labels.json", **fixed, **options)

    return write


LABEL_FILES = {
    "csv_labels": (by_csv, r"labels\.csv: line 3"),
    "coco_labels": (
        by_coco("coco_labels", {}, {"area": 9}),
        r"labels\.json: image 2",
    ),
    "coco_segmentation": (
        by_coco(
            "coco_segmentation",
            {},
            {"segmentation": [[0, 0, 3, 0, 3, 3]]},
            classes=("person", "ground"),
            background="ground",
        ),
        r"labels\.json: image 2",
    ),
    "coco_keypoints": (
        by_coco(
            "coco_keypoints",
            {"keypoints": list(KEYPOINTS)},
            {"keypoints": [1, 1, 2] * len(KEYPOINTS), "bbox": [0, 0, 3, 3]},
        ),
        r"labels\.json: annotation 2",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`in/a/1.png`, and a secret outside that a link in `in/a` leads to."""
    (tmp_path / "in/a").mkdir(parents=True)
    (tmp_path / "in/a/1.png").write_bytes(png(1))
    (tmp_path / "secret.png").write_bytes(png(2))
    (tmp_path / "in/a/link.png").symlink_to("../../secret.png")
    return tmp_path / "in"


@pytest.mark.parametrize("name", ["../secret.png", "{}/secret.png", "a/link.png"])
@pytest.mark.parametrize("kind", LABEL_FILES)
def test_a_label_file_names_nothing_outside(folder: Path, kind: str, name: str) -> None:
    write, place = LABEL_FILES[kind]
    named = name.format(folder.parent)
    rule = rf"{place}: .*\.png: leads out of .*/in; `source\.allow_outside: true` would allow it"
    with pytest.raises(ConvoyError, match=rule):
        list(write(folder, named).read())
    assert len(list(write(folder, named, allow_outside=True).read())) == 2


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", LABEL_FILES)
def test_a_label_file_names_no_pipe_and_no_device(folder: Path, kind: str) -> None:
    write, place = LABEL_FILES[kind]
    os.mkfifo(folder / "pipe.png")
    with pytest.raises(ConvoyError, match=rf"{place}: .*pipe\.png: cannot be read: not a regular"):
        list(write(folder, "pipe.png").read())
    with pytest.raises(ConvoyError, match=rf"{place}: /dev/zero: cannot be read: not a regular"):
        list(write(folder, "/dev/zero", allow_outside=True).read())


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["coco_labels", "coco_keypoints"])
def test_a_label_file_that_is_a_pipe(folder: Path, kind: str) -> None:
    source = LABEL_FILES[kind][0](folder, "a/1.png")
    (folder / "labels.json").unlink()
    os.mkfifo(folder / "labels.json")
    with pytest.raises(ConvoyError, match=r"labels\.json: cannot be read: not a regular file"):
        list(source.read())


def as_classes(folder: Path) -> Path:
    return folder / "a/2.png"


def as_masks(folder: Path) -> Path:
    (folder / "a").rename(folder / "images")
    shutil.copytree(folder / "images", folder / "masks", symlinks=True)
    return folder / "images/2.png"


def as_landmarks(folder: Path) -> Path:
    for name in ("1", "2", "link"):
        text = f"version: 1\nn_points: 68\n{{\n{POINTS}\n}}\n"
        (folder / f"a/{name}.pts").write_text(text)
    return folder / "a/2.png"


FOLDERS = {
    "image_folder": (as_classes, {OUTSIDE: 1, NO_FILE: 1}),
    "mask_folder": (as_masks, {OUTSIDE: 2, NO_FILE: 1}),  # a link in each of the folders
    "pts_landmarks": (as_landmarks, {OUTSIDE: 1, NO_FILE: 1}),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", FOLDERS)
def test_what_leads_out_of_a_folder_is_left_out_and_counted(folder: Path, kind: str) -> None:
    arrange, counts = FOLDERS[kind]
    os.mkfifo(arrange(folder))
    source = make(kind, folder)
    records = list(source.read())
    assert [Path(record.path).name for record in records] == ["1.png"]
    assert source.left_out() == counts


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_folder_that_may_hold_links_out(folder: Path, kind: str) -> None:
    FOLDERS[kind][0](folder).write_bytes(png(3))
    if kind == "mask_folder":
        (folder / "masks/2.png").write_bytes(png(3))
    source = make(kind, folder, allow_outside=True)
    names = [Path(record.path).name for record in source.read()]
    assert names == ["1.png", "2.png", "link.png"]
    assert source.left_out() == {}


def test_a_class_that_is_a_linked_folder(folder: Path) -> None:
    (folder / "a/link.png").unlink()
    (folder.parent / "other").mkdir()
    (folder.parent / "other/1.png").write_bytes(png(4))
    (folder / "b").symlink_to("a")
    (folder / "c").symlink_to("../other")
    source = make("image_folder", folder)
    assert [record.path for record in source.read()] == ["a/1.png", "b/1.png"]
    assert source.left_out() == {OUTSIDE: 1}
    source = make("image_folder", folder, allow_outside=True)
    assert [record.path for record in source.read()] == ["a/1.png", "b/1.png", "c/1.png"]


def test_a_link_to_nowhere_is_left_out(folder: Path) -> None:
    (folder / "a/link.png").unlink()
    (folder / "a/2.png").symlink_to("gone.png")
    source = make("image_folder", folder)
    assert [record.path for record in source.read()] == ["a/1.png"]
    assert source.left_out() == {DANGLING: 1}


def test_a_mask_that_leads_out_is_missing(folder: Path) -> None:
    (folder / "a/link.png").unlink()
    as_masks(folder)
    (folder / "masks/1.png").unlink()
    (folder / "masks/1.png").symlink_to("../../secret.png")
    (record,) = make("mask_folder", folder).read()
    assert record.labels == {"mask": None}


def test_labels_of_digits_that_lead_out(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("t-images-idx3-ubyte", "t-labels-idx1-ubyte"):
        (tmp_path / name).write_bytes(b"secret")
        (tmp_path / "in" / name).symlink_to(tmp_path / name)
    source = make("mnist_idx", tmp_path / "in")
    assert list(source.read()) == []
    assert source.left_out() == {OUTSIDE: 2}
