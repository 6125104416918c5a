"""COCO instances as they should be and as they should not."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.core.errors import ConvoyError
from components.core.table import Record
from components.ingest.sources.coco_labels import Source


def person(image: int, area: float, **more: Any) -> dict[str, Any]:
    return {"id": 7, "image_id": image, "category_id": 1, "area": area} | more


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
    small = content(person(3, 50), person(2, 50.5))  # 0.5% of the image, and a little more
    assert [label for label, _ in labels(make(tmp_path, small))] == ["no_person", "person"]
    source = make(tmp_path, small, min_area=0.0)
    assert [label for label, _ in labels(source)] == ["person", "person"]


def test_areas_add_up_but_not_for_the_label(tmp_path: Path) -> None:
    many = content(*(person(3, 40) for _ in range(5)), person(2, 9000), person(2, 9000))
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
