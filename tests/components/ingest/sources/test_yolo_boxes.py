"""YOLO's text files: what is read, and every way in which they can be wrong."""

from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.yolo_boxes import Source, label_file
from tests.toys import png

YAML = "train: images/train\nval: images/val\nnames: [cat, dog]\n"


def write(folder: Path, name: str = "train/a", lines: str | None = "", yaml: str = YAML) -> None:
    """An image of 8x4 pixels, its text file, and data.yaml."""
    for split in ("train", "val"):
        (folder / "images" / split).mkdir(parents=True, exist_ok=True)
        (folder / "labels" / split).mkdir(parents=True, exist_ok=True)
    (folder / "images" / f"{name}.png").write_bytes(png(len(name), (8, 4)))
    if lines is not None:
        (folder / "labels" / f"{name}.txt").write_text(lines)
    (folder / "data.yaml").write_text(yaml)


def source(folder: Path) -> Source:
    found = load_source({"kind": "yolo_boxes", "path": folder}, "source")
    assert isinstance(found, Source)
    return found


def read(folder: Path) -> list[Record]:
    return list(source(folder).read())


def test_boxes_in_pixels_by_the_names_of_their_classes(tmp_path: Path) -> None:
    write(tmp_path, lines="1 0.5 0.5 0.5 0.5\n\n0 0.25 0.25 0.5 0.5\n")
    write(tmp_path, "val/b", lines=None)
    first, second = read(tmp_path)
    assert (first.path, first.split) == ("images/train/a.png", "train")
    assert first.labels == {
        "boxes": [2, 1, 6, 3, 0, 0, 4, 2],
        "labels": ["dog", "cat"],
        "difficult": [0, 0],
        "crowd": [0, 0],
    }
    assert (second.split, second.labels["labels"]) == ("val", [])
    assert source(tmp_path).missing_splits() == ["test"]


def test_names_may_be_numbered_and_numbers_have_gaps(tmp_path: Path) -> None:
    write(tmp_path, lines="7 0.5 0.5 0.5 0.5", yaml="train: images\nnames: {2: cat, 7: owl}\n")
    assert read(tmp_path)[0].labels["labels"] == ["owl"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("0 0.5 0.5 0.5", r"a\.txt: line 1: 4 numbers; must be 5$"),
        ("0 0.5 0.5 0.5 0.5 0.9", r"a\.txt: line 1: 6 numbers; must be 5$"),
        ("0 0 0 1 0 1 1", r"a\.txt: line 1: 7 numbers; must be 5; a polygon is no box$"),
        ("2 0.5 0.5 0.5 0.5", r"a\.txt: line 1: no class has the number 2; names has 2$"),
        ("0.5 0.5 0.5 0.5 0.5", r"a\.txt: line 1: no class has the number 0\.5; names has 2$"),
        ("cat 0.5 0.5 0.5 0.5", r"a\.txt: line 1: 'cat' is no number$"),
        ("0 0.5 inf 0.5 0.5", r"a\.txt: line 1: 'inf' is no number$"),
    ],
)
def test_a_wrong_line_is_named(line: str, rule: str, tmp_path: Path) -> None:
    write(tmp_path, lines=line)
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_all_wrong_lines_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, lines="0 1\n0 2\n0 0.5 0.5 0.5 0.5\n0 3\n")
    write(tmp_path, "val/b", lines="9 0 0 0 0")
    with pytest.raises(FaultsError) as caught:
        read(tmp_path)
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize(
    ("yaml", "rule"),
    [
        ("- a", r"data\.yaml: needs keys such as train, val and names"),
        ("names: [a]", r"data\.yaml: train: is missing"),
        ("train: gone\nnames: [a]", r"data\.yaml: train: gone: no such folder"),
        ("train: images", r"data\.yaml: names: needs a list of the classes"),
        ("train: images\nnames: {a: 0}", r"data\.yaml: names: needs a list of the classes"),
        ("train: images\nnames: [a, a]", r"data\.yaml: names: two classes have the same name"),
        ("train: [", r"data\.yaml: not valid YAML"),
    ],
)
def test_a_wrong_data_yaml_is_named(yaml: str, rule: str, tmp_path: Path) -> None:
    write(tmp_path, yaml=yaml)
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_a_folder_that_is_named_as_beside_where_it_is_below(tmp_path: Path) -> None:
    """So do the files that Roboflow writes."""
    write(tmp_path, yaml="train: ../images/train\nval: ../images/val\nnames: [cat, dog]\n")
    assert [each.path for each in read(tmp_path)] == ["images/train/a.png"]


def test_labels_of_images_in_no_folder_of_that_name_are_beside_them() -> None:
    assert label_file(Path("train/images/a.b.jpg")) == Path("train/labels/a.b.txt")
    assert label_file(Path("images/images/a.jpg")) == Path("images/labels/a.txt")
    assert label_file(Path("train/a.jpg")) == Path("train/a.txt")


def test_files_elsewhere_are_read_and_watched_where_that_is_allowed(tmp_path: Path) -> None:
    write(tmp_path / "beside", lines="0 0.5 0.5 0.5 0.5")
    (tmp_path / "in").mkdir()
    yaml = f"train: {tmp_path / 'beside/images/train'}\nnames: [cat]\n"
    (tmp_path / "in/data.yaml").write_text(yaml)
    with pytest.raises(ConvoyError, match="`source.allow_outside: true` would allow it"):
        read(tmp_path / "in")
    found = load_source(
        {"kind": "yolo_boxes", "path": tmp_path / "in", "allow_outside": True}, "source"
    )
    assert [each.path for each in found.read()] == ["a.png"]
    assert [each.name for each in found.watched()] == ["a.png", "a.txt"]
