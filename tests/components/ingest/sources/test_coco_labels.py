"""COCO instances as they should be and as they should not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.sources.coco_labels import Source
from tests.turned import encode_turned


def person(image: int, area: float, **more: Any) -> dict[str, Any]:
    return {"id": 7, "image_id": image, "category_id": 1, "area": area} | more


def numbered(*annotations: dict[str, Any]) -> list[dict[str, Any]]:
    return [annotation | {"id": number} for number, annotation in enumerate(annotations)]


def content(*annotations: dict[str, Any]) -> dict[str, Any]:
    """Two images of 10,000 pixels: a.jpg is number 3, b.jpg number 2."""
    size = {"width": 200, "height": 50}
    return {
        "images": [
            {"id": 3, "file_name": "a.jpg"} | size,
            {"id": 2, "file_name": "b.jpg"} | size,
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
        "annotations": list(annotations),
    }


def make(folder: Path, written: Any, **options: Any) -> Source:
    for name in ("a.jpg", "b.jpg"):
        (folder / "val").mkdir(exist_ok=True)
        (folder / "val" / name).write_bytes(name.encode())
    text = written if isinstance(written, str) else json.dumps(written)
    (folder / "instances.json").write_text(text)
    return Source(
        kind="coco_labels", path=folder, annotations="instances.json", images="val", **options
    )


def labels(source: Source) -> list[tuple[str, float]]:
    return [(row.labels["label"], row.labels["person_area"]) for row in source.read()]


def test_images_in_the_order_of_the_file(tmp_path: Path) -> None:
    records = list(make(tmp_path, content(person(2, 5000))).read())
    assert records == [
        Record(b"a.jpg", "a.jpg", {"label": "no_person", "person_area": 0.0}),
        Record(b"b.jpg", "b.jpg", {"label": "person", "person_area": 0.5}),
    ]


def test_a_person_must_cover_more_than_the_least_share(tmp_path: Path) -> None:
    small = content(
        *numbered(person(3, 50), person(2, 50.5))
    )  # 0.5% of the image, and a little more
    assert [label for label, _ in labels(make(tmp_path, small))] == ["no_person", "person"]
    source = make(tmp_path, small, min_area=0.0)
    assert [label for label, _ in labels(source)] == ["person", "person"]


def test_areas_add_up_but_not_for_the_label(tmp_path: Path) -> None:
    many = content(*numbered(*[person(3, 40)] * 5, person(2, 9000), person(2, 9000)))
    assert labels(make(tmp_path, many)) == [("no_person", pytest.approx(0.02)), ("person", 1.0)]


def test_other_categories_do_not_count(tmp_path: Path) -> None:
    written = content(person(3, 5000, category_id=18))
    assert labels(make(tmp_path, written)) == [("no_person", 0.0)] * 2


@pytest.mark.parametrize(("count_crowds", "label"), [(True, "person"), (False, "no_person")])
def test_crowds(count_crowds: bool, label: str, tmp_path: Path) -> None:
    written = content(person(3, 5000, iscrowd=1))
    area = 0.5 if count_crowds else 0.0
    assert labels(make(tmp_path, written, count_crowds=count_crowds))[0] == (label, area)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": []}, r"entry\.images: List should have at least 1 item"),
        ({"categories": [{"id": 18, "name": "dog"}]}, "no category has the name 'person'"),
        ({"annotations": [person(9, 1)]}, "annotation 7: no image has the id 9"),
        ({"annotations": [person(3, -1)]}, r"entry\.annotations\.0\.area: .* greater than or"),
        ({"annotations": [{"id": 7}]}, r"entry\.annotations\.0\.image_id: Field required"),
        (
            {"images": [{"id": 3, "file_name": "a.jpg", "width": 0, "height": 5}]},
            r"entry\.images\.0\.width: .* greater than 0",
        ),
    ],
)
def test_wrong_entries_are_named(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    source = make(tmp_path, content(person(3, 5000)) | change)
    with pytest.raises(ConvoyError, match=rf"instances\.json: {message}"):
        list(source.read())


def test_all_wrong_annotations_are_named_at_once(tmp_path: Path) -> None:
    """Entries, references and areas, so that one look at the file mends it."""
    written = content(
        person(3, 5000, id=1),
        {"id": 2, "image_id": 3, "category_id": 1},
        person(9, 5, id=3),
        person(2, 0, id=4, bbox=[5, 5, 10, 20]),
        person(2, -1, id=5),
    )
    with pytest.raises(FaultsError) as error:
        list(make(tmp_path, written).read())
    file = tmp_path / "instances.json"
    assert error.value.faults == [
        f"{file}: entry.annotations.1.area: Field required",
        f"{file}: entry.annotations.4.area: Input should be greater than or equal to 0",
        f"{file}: annotation 3: no image has the id 9",
        f"{file}: annotation 4: area is 0, but bbox is 10 by 20; give area in pixels of the "
        "image, or leave the annotation out",
    ]


@pytest.mark.parametrize(
    ("area", "box", "contradict"),
    [
        (0, [5, 5, 10, 20], True),
        (9_000, [5, 5, 10, 20], True),
        (210, [5, 5, 10, 20], False),  # pixels that the box cuts
        (0.4, [5, 5, 10, 20], False),
        (0, [5, 5, 0, 0], False),
        (0, None, False),
    ],
)
def test_area_and_box(area: float, box: list[int] | None, contradict: bool, tmp_path: Path) -> None:
    source = make(tmp_path, content(person(3, area, bbox=box)))
    if contradict:
        with pytest.raises(ConvoyError, match=rf"annotation 7: area is {area}, but bbox is 10 by"):
            list(source.read())
    else:
        assert len(list(source.read())) == 2


def test_the_area_of_what_does_not_count_is_not_looked_at(tmp_path: Path) -> None:
    written = content(person(3, 0, category_id=18, bbox=[1, 1, 9, 9]))
    assert labels(make(tmp_path, written)) == [("no_person", 0.0)] * 2


def test_ids_files_and_names_must_be_unique(tmp_path: Path) -> None:
    """As where files were joined that each count from the beginning."""
    written = content(person(3, 5000), person(2, 5000))
    written["images"] += [written["images"][0], written["images"][0] | {"file_name": "./b.jpg"}]
    written["categories"].append({"id": 1, "name": "person"})
    with pytest.raises(FaultsError) as error:
        list(make(tmp_path, written).read())
    unique = "it must be unique"
    assert [fault.partition("instances.json: ")[2] for fault in error.value.faults] == [
        f"images: the id 3 occurs 3 times; {unique}",
        f"categories: the id 1 occurs 2 times; {unique}",
        f"annotations: the id 7 occurs 2 times; {unique}",
        f"images: the file_name 'a.jpg' occurs 2 times; {unique}",
        f"images: the file_name 'b.jpg' occurs 2 times; {unique}",
        f"categories: the name 'person' occurs 2 times; {unique}",
    ]


def test_keys_that_an_object_has_twice_are_named(tmp_path: Path) -> None:
    """As where files were joined by hand: parsers take any one of the values."""
    text = json.dumps(content(person(3, 5000)))
    text = text.replace('"id": 7,', '"id": 7, "image_id": 2,')
    text = text[:-1] + ', "annotations": []}'
    with pytest.raises(FaultsError) as error:
        list(make(tmp_path, text).read())
    assert [fault.partition("instances.json: ")[2] for fault in error.value.faults] == [
        "the object with the id 7: the key 'image_id' occurs 2 times; it must be unique",
        "an object: the key 'annotations' occurs 2 times; it must be unique",
    ]


def test_all_absent_images_are_named(tmp_path: Path) -> None:
    source = make(tmp_path, content())
    for name in ("a", "b"):
        (tmp_path / f"val/{name}.jpg").unlink()
    with pytest.raises(FaultsError, match=r"image 3: .*a\.jpg(.|\n)*image 2: .*b\.jpg"):
        list(source.read())


def test_a_file_that_is_not_json(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"instances\.json: entry: Invalid JSON"):
        list(make(tmp_path, "{").read())


def test_absent_files_are_named(tmp_path: Path) -> None:
    source = make(tmp_path, content())
    (tmp_path / "val/b.jpg").unlink()
    with pytest.raises(ConvoyError, match=r"b\.jpg: cannot be read: No such file"):
        list(source.read())
    (tmp_path / "instances.json").unlink()
    with pytest.raises(ConvoyError, match=r"instances\.json: cannot be read: No such file"):
        list(source.read())


def test_sizes_that_are_not_those_of_the_upright_pictures_are_named_at_once(
    tmp_path: Path,
) -> None:
    source = make(tmp_path, content(person(2, 5000)))
    for name in ("a.jpg", "b.jpg"):
        data = encode_turned(np.zeros((200, 50, 3), np.uint8), 6, "JPEG")
        (tmp_path / "val" / name).write_bytes(data)
    with pytest.raises(FaultsError, match="2 faults") as error:
        list(source.read())
    assert all(
        "are 200 and 50, of its picture 50 and 200; lab" in fault for fault in error.value.faults
    )
    for name in ("a.jpg", "b.jpg"):
        data = encode_turned(np.zeros((50, 200, 3), np.uint8), 6, "JPEG")
        (tmp_path / "val" / name).write_bytes(data)
    assert len(list(source.read())) == 2
