"""Files of the VGG Image Annotator: what is read, and every way in which they can be wrong."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.regions import COLUMNS, decode_region
from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.via_polygons import Source
from tests.bombs import large_png
from tests.toys import png

SIZE = HEIGHT, WIDTH = 6, 8
FILE = "via_project.json"
POLYGON = {"name": "polygon", "all_points_x": [1, 4, 4, 1], "all_points_y": [2, 2, 5, 5]}
RECTANGLE = {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 3}


def region(shape: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"shape_attributes": shape, "region_attributes": attributes}


def image(*regions: dict[str, Any], name: str = "a.png") -> dict[str, Any]:
    return {"filename": name, "size": 70, "regions": list(regions), "file_attributes": {}}


def write(folder: Path, *images: dict[str, Any], project: bool = False) -> None:
    """The images, of 8x6 pixels, and what VIA has exported."""
    for each in images:
        (folder / each["filename"]).write_bytes(png(9, (WIDTH, HEIGHT)))
    entries: dict[str, Any] = {f"{each['filename']}{each['size']}": each for each in images}
    settings = {"_via_settings": {}, "_via_attributes": {"region": {}, "file": {}}}
    content = {**settings, "_via_img_metadata": entries} if project else entries
    (folder / FILE).write_text(json.dumps(content))


def read(folder: Path, **options: Any) -> list[Record]:
    values = {"kind": "via_polygons", "path": folder, "annotations": FILE, **options}
    return list(load_source(values, "source").read())


def mask_of(record: Record) -> np.ndarray:
    return decode_region(record.labels["masks"][0], SIZE)


@pytest.mark.parametrize("project", [True, False])
@pytest.mark.parametrize("shape", [POLYGON, RECTANGLE])
def test_a_shape_of_annotations_and_of_a_project(
    shape: dict[str, Any], project: bool, tmp_path: Path
) -> None:
    write(tmp_path, image(region(shape)), image(name="b.png"), project=project)
    first, second = read(tmp_path, label="cat")
    assert {*first.labels} == {*COLUMNS}
    assert (first.path, first.labels["labels"]) == ("a.png", ["cat"])
    assert first.labels["boxes"] == [1, 2, 4, 5]
    expected = np.zeros(SIZE, bool)
    expected[2:5, 1:4] = True
    np.testing.assert_array_equal(mask_of(first), expected)
    assert second.labels["labels"] == []


def test_regions_of_version_1_are_by_number(tmp_path: Path) -> None:
    numbered = {"0": region(POLYGON), "1": region(RECTANGLE)}
    write(tmp_path, {**image(), "regions": numbered})
    assert read(tmp_path)[0].labels["labels"] == ["object", "object"]


def test_the_class_is_an_attribute(tmp_path: Path) -> None:
    write(tmp_path, image(region(POLYGON, kind=" cat "), region(RECTANGLE, kind="dog")))
    assert read(tmp_path, attribute="kind")[0].labels["labels"] == ["cat", "dog"]


@pytest.mark.parametrize("attributes", [{}, {"kind": ""}, {"kind": {"cat": True}}])
def test_a_region_without_a_class_is_named(attributes: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, image(region(POLYGON, kind="cat"), region(POLYGON, **attributes)))
    rule = r"via_project\.json: image a\.png: region 2: has no text for the attribute kind$"
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path, attribute="kind")


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        ({"name": "polyline"}, "the shape is 'polyline'; must be one of polygon, rect, circle, el"),
        ({"name": "point", "cx": 1, "cy": 1}, "the shape is 'point'; must be one of polygon, rec"),
        ({"name": "blob"}, "the shape is 'blob'; must be one of polygon, rect, circle, ellipse$"),
        ({}, "the shape is None; must be one of polygon, rect, circle, ellipse$"),
        ({"name": ["rect"]}, r"the shape is \['rect'\]; must be one of polygon"),
        (
            {**POLYGON, "all_points_x": [1, 4], "all_points_y": [1, 4]},
            "a polygon of 2 x and 2 y; must be 3 of each or more$",
        ),
        (
            {**POLYGON, "all_points_x": [1, 4, 4]},
            "a polygon of 3 x and 4 y; must be 3 of each or more$",
        ),
        ({**POLYGON, "all_points_y": None}, r"polygon\.all_points_y: Input should be a valid list"),
        ({**RECTANGLE, "width": -1}, r"rect\.width: Input should be greater than or equal to 0$"),
        (
            {**RECTANGLE, "x": 1e9},
            r"the point \(1000000000\.0, 2\.0\) is far outside of the image$",
        ),
        ({"name": "circle", "cx": 1, "cy": 1}, r"circle\.r: Field required$"),
        (
            {"name": "circle", "cx": 1, "cy": 1, "r": 90},
            r"the point .* is far outside of the image",
        ),
        (
            {"name": "ellipse", "cx": 1, "cy": 1, "rx": 1, "ry": "x"},
            r"ellipse\.ry: Input should be",
        ),
    ],
)
def test_a_wrong_shape_is_named(shape: dict[str, Any], rule: str, tmp_path: Path) -> None:
    write(tmp_path, image(region(RECTANGLE), region(shape)))
    place = r"via_project\.json: image a\.png: region 2: "
    with pytest.raises(ConvoyError, match=place + rule):
        read(tmp_path)


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    wrong = region({"name": "point"})
    write(tmp_path, image(wrong, region(POLYGON), wrong), image(wrong, name="b.png"))
    with pytest.raises(FaultsError) as caught:
        read(tmp_path)
    assert len(caught.value.faults) == 3


def test_an_image_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, image())
    (tmp_path / "a.png").unlink()
    rule = r"via_project\.json: image a\.png: .*/a\.png: cannot be read: No such file"
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_an_image_with_two_entries_is_named(tmp_path: Path) -> None:
    write(tmp_path, image(region(POLYGON)), {**image(), "size": 71})
    rule = r"via_project\.json: images: the filename 'a\.png' occurs 2 times; it must be unique$"
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_a_key_that_stands_twice_is_named(tmp_path: Path) -> None:
    write(tmp_path, image(name="a.png"))
    entry = json.dumps(image())
    (tmp_path / FILE).write_text(f'{{"a.png70": {entry}, "a.png70": {entry}}}')
    rule = r"via_project\.json: an object: the key 'a\.png70' occurs 2 times; it must be unique$"
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("{", r"via_project\.json: cannot be read as JSON: "),
        ("[1]", r"via_project\.json: entry: Input should be a valid dictionary$"),
        ('{"a": {"regions": []}}', r"via_project\.json: entry\.a\.filename: Field required$"),
        ('{"_via_img_metadata": 3}', r"via_project\.json: entry: Input should be a valid dict"),
    ],
)
def test_another_file_is_named(content: str, rule: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)
    assert Source.recognise(tmp_path) is None


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"via_project\.json: cannot be read: No such file"):
        read(tmp_path)


def test_an_image_that_cannot_be_opened_is_left_to_validation(tmp_path: Path) -> None:
    write(tmp_path, image(region(POLYGON)))
    (tmp_path / "a.png").write_bytes(b"no image")
    assert read(tmp_path)[0].labels["masks"] == []


def test_an_image_too_large_for_masks_is_named(tmp_path: Path) -> None:
    write(tmp_path, image(region(POLYGON)))
    (tmp_path / "a.png").write_bytes(large_png(9_500, 9_500))
    with pytest.raises(ConvoyError, match=r"image a\.png: has more than 89,478,485 pixels$"):
        read(tmp_path)


def test_it_is_recognised_with_the_first_attribute_that_every_region_has(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    images = [image(region(POLYGON, id="", kind="cat", by="me"), name="photos/a.png")]
    write(tmp_path, *images, image(region(POLYGON, kind="dog"), name="photos/b.png"))
    keys = {"path": tmp_path, "annotations": Path(FILE), "images": Path()}
    assert Source.recognise(tmp_path) == {**keys, "attribute": "kind"}
    assert Source.recognise(tmp_path / FILE) == {**keys, "attribute": "kind"}


def test_it_is_recognised_without_an_attribute(tmp_path: Path) -> None:
    write(tmp_path, image(region(POLYGON)), project=True)
    found = Source.recognise(tmp_path)
    assert found == {"path": tmp_path, "annotations": Path(FILE), "images": Path()}


def test_files_elsewhere_are_watched(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path, image(name="a.png"))
    outside = {"annotations": f"../{FILE}", "images": "..", "allow_outside": True}
    source = Source(kind="via_polygons", path=tmp_path / "in", **outside)
    assert [file.resolve() for file in source.watched()] == [tmp_path / FILE, tmp_path / "a.png"]
    assert [record.path for record in source.read()] == ["../a.png"]
