"""Pascal VOC's XML files: what is read, and every way in which they can be wrong."""

import os
from pathlib import Path

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.pascal_voc import NO_SPLIT, NO_XML, Source
from tests.toys import png

DATA = os.environ.get("CONVOY_DATA")
SIDES = ("xmin", "ymin", "xmax", "ymax")


def box(*edges: object, name: str = "cat", more: str = "") -> str:
    inside = "".join(f"<{side}>{edge}</{side}>" for side, edge in zip(SIDES, edges, strict=True))
    return f"<object><name>{name}</name>{more}<bndbox>{inside}</bndbox></object>"


def write(
    folder: Path, name: str, *objects: str, filename: str | None = None, size: str = ""
) -> None:
    """An image of 4x3 pixels and its XML file."""
    for each in ("Annotations", "JPEGImages"):
        (folder / each).mkdir(exist_ok=True)
    (folder / "JPEGImages" / f"{name}.jpg").write_bytes(png(len(name), (4, 3)))
    told = f"{name}.jpg" if filename is None else filename
    text = f"<annotation><filename>{told}</filename>{size}{''.join(objects)}</annotation>"
    (folder / "Annotations" / f"{name}.xml").write_text(text)


def source(folder: Path, **options: object) -> Source:
    found = load_source({"kind": "pascal_voc", "path": folder, **options}, "source")
    assert isinstance(found, Source)
    return found


def read(folder: Path, **options: object) -> list[Record]:
    return list(source(folder, **options).read())


def test_boxes_and_what_is_difficult(tmp_path: Path) -> None:
    write(tmp_path, "a", box(0, 1, 2, 3), box(1, 1, 4, 3, more="<difficult>1</difficult>"))
    write(tmp_path, "b")
    first, second = read(tmp_path)
    assert first.path == "JPEGImages/a.jpg"
    assert first.labels == {
        "boxes": [0, 1, 2, 3, 1, 1, 4, 3],
        "labels": ["cat", "cat"],
        "difficult": [0, 1],
        "crowd": [0, 0],
    }
    assert second.labels == {"boxes": [], "labels": [], "difficult": [], "crowd": []}
    assert first.split is None


def test_pixels_that_count_from_one_are_moved_to_their_edges(tmp_path: Path) -> None:
    write(tmp_path, "a", box(1, 1, 4, 3))
    (record,) = read(tmp_path, origin=1)
    assert record.labels["boxes"] == [0, 0, 4, 3]


def test_a_box_without_area_is_read_as_it_stands(tmp_path: Path) -> None:
    """What becomes of it is for `checks` to say."""
    write(tmp_path, "a", box(2, 1, 2, 1))
    assert read(tmp_path)[0].labels["boxes"] == [2, 1, 2, 1]


def test_a_png_by_the_name_of_a_jpeg_is_an_image(tmp_path: Path) -> None:
    write(tmp_path, "a")
    assert read(tmp_path)[0].sample.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "filename", ["a", "other.jpg", "", "C:\\\\photos\\\\a.jpg", "/home/pi/a.png"]
)
def test_an_image_that_is_named_otherwise_is_found(filename: str, tmp_path: Path) -> None:
    write(tmp_path, "a", filename=filename)
    assert read(tmp_path)[0].path == "JPEGImages/a.jpg"


def test_a_size_of_zero_is_no_size(tmp_path: Path) -> None:
    write(tmp_path, "a", size="<size><width>0</width><height>0</height></size>")
    assert len(read(tmp_path)) == 1


def test_another_size_than_that_of_the_image_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a", size="<size><width>8</width><height>6</height></size>")
    rule = r"a\.xml: width and height are 8 and 6, of its picture 4 and 3"
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def lists(folder: Path, **splits: str) -> None:
    (folder / "ImageSets/Main").mkdir(parents=True)
    for name, content in splits.items():
        (folder / "ImageSets/Main" / f"{name}.txt").write_text(content)


def test_lists_give_the_splits_and_others_are_left_out(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path, name)
    lists(tmp_path, train="a\n", val="b 1\n")
    found = source(tmp_path, sets="ImageSets/Main")
    assert [(each.path[-5:], each.split) for each in found.read()] == [
        ("a.jpg", "train"),
        ("b.jpg", "val"),
    ]
    assert found.missing_splits() == ["test"]
    assert found.left_out() == {NO_SPLIT: 1, NO_XML: 1}


def test_the_validation_images_may_be_for_testing(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path, name)
    lists(tmp_path, train="a\n", val="b\n")
    found = source(tmp_path, sets="ImageSets/Main", test_from="val")
    assert [each.split for each in found.read()] == ["train", "test"]
    assert found.missing_splits() == ["val"]


def test_lists_that_contradict_each_other_or_the_files_are_named(tmp_path: Path) -> None:
    write(tmp_path, "a")
    lists(tmp_path, train="a\n", val="a\n")
    with pytest.raises(ConvoyError, match=r"val\.txt: line 1: a is in train, too"):
        read(tmp_path, sets="ImageSets/Main")
    (tmp_path / "ImageSets/Main/val.txt").write_text("gone\n")
    with pytest.raises(ConvoyError, match=r"gone\.xml: not found, but in a list"):
        read(tmp_path, sets="ImageSets/Main")
    with pytest.raises(ConvoyError, match=r"Annotations: has none of the lists"):
        read(tmp_path, sets="Annotations")


def test_an_image_without_an_xml_file_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a")
    (tmp_path / "JPEGImages/b.png").write_bytes(png(2))
    found = source(tmp_path)
    assert len(list(found.read())) == 1
    assert found.left_out() == {NO_XML: 1}


def test_all_in_one_folder(tmp_path: Path) -> None:
    write(tmp_path, "a", box(0, 0, 2, 2))
    for file in [*tmp_path.glob("*/*")]:
        file.rename(tmp_path / file.name)
    for folder in ("Annotations", "JPEGImages"):
        (tmp_path / folder).rmdir()
    keys = Source.recognise(tmp_path)
    assert keys is not None
    found = load_source({"kind": "pascal_voc", **keys}, "source")
    assert [each.path for each in found.read()] == ["a.jpg"]
    assert found.left_out() == {}


@pytest.mark.parametrize(
    ("objects", "rule"),
    [
        (box(0, 0, "wide", 2), r"a\.xml: object 1: xmax: 'wide' is no number"),
        (box(0, 0, "nan", 2), r"a\.xml: object 1: xmax: 'nan' is no number"),
        ("<object><name>cat</name></object>", r"a\.xml: object 1: xmin: is missing"),
        (box(0, 0, 1, 1) + box(0, 0, 1, 1, name=" "), r"a\.xml: object 2: has no name"),
        ("<object>", r"a\.xml: cannot be read as XML: "),
    ],
)
def test_a_wrong_object_is_named(objects: str, rule: str, tmp_path: Path) -> None:
    write(tmp_path, "a", objects)
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_all_wrong_files_are_named_at_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path, name, box(0, 0, "x", 1), box(0, 0, 1, "y"))
    with pytest.raises(FaultsError) as caught:
        read(tmp_path)
    assert len(caught.value.faults) == 6


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE a SYSTEM "http://example.com/a.dtd">',
    ],
)
def test_entities_are_refused(head: str, tmp_path: Path) -> None:
    write(tmp_path, "a")
    file = tmp_path / "Annotations/a.xml"
    file.write_text(f"<?xml version='1.0'?>{head}{file.read_text()}")
    with pytest.raises(ConvoyError, match=r"a\.xml: refused: it declares a document type"):
        read(tmp_path)


def test_another_kind_of_xml_is_no_annotation(tmp_path: Path) -> None:
    write(tmp_path, "a")
    (tmp_path / "Annotations/a.xml").write_text("<svg/>")
    with pytest.raises(ConvoyError, match=r"its outer element is 'svg'; must be 'annotation'"):
        read(tmp_path)
    assert Source.recognise(tmp_path) is None


def test_an_image_that_is_missing_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a")
    write(tmp_path, "b")
    (tmp_path / "JPEGImages/b.jpg").unlink()
    with pytest.raises(ConvoyError, match=r"b\.xml: its image b\.jpg is not in .*JPEGImages"):
        read(tmp_path)


def test_two_images_of_one_name_cannot_be_told(tmp_path: Path) -> None:
    write(tmp_path, "a")
    (tmp_path / "JPEGImages/more").mkdir()
    (tmp_path / "JPEGImages/more/a.jpg").write_bytes(png(2))
    with pytest.raises(ConvoyError, match="has the same name, by which XML files tell images"):
        read(tmp_path)


@pytest.mark.skipif(DATA is None, reason="CONVOY_DATA is not set")
def test_the_boxes_of_bccd() -> None:
    folder = Path(str(DATA)) / "bccd"
    keys = Source.recognise(folder)
    assert keys is not None
    records = list(load_source({"kind": "pascal_voc", **keys}, "source").read())
    assert sum(each.split == "val" for each in records) == 87
    labels = [name for each in records for name in each.labels["labels"]]
    assert {*labels} == {"RBC", "WBC", "Platelets"}


def test_files_elsewhere_are_read_and_watched_where_that_is_allowed(tmp_path: Path) -> None:
    inside, beside = tmp_path / "in", tmp_path / "beside"
    for folder in (inside, beside):
        folder.mkdir()
        write(folder, "a")
    options = {"images": "../beside/JPEGImages"}
    with pytest.raises(ConvoyError, match="`source.allow_outside: true` would allow it"):
        read(inside, **options)
    found = source(inside, **options, allow_outside=True)
    assert [each.name for each in found.watched()] == ["a.jpg"]
    assert [*source(inside).watched()] == []
