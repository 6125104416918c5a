"""Boxes in COCO's format: what is read, and every way in which they can be wrong."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.coco_boxes import Source
from tests.toys import png

DATA = os.environ.get("CONVOY_DATA")


def entry(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": 1, "category_id": 4, "bbox": [1, 1, 2, 1], **more}


def write(folder: Path, *annotations: dict[str, Any], **content: Any) -> None:
    """Two images of 4x3 pixels and the JSON file; category ids have gaps."""
    names = {1: "a.png", 5: "b.png"}
    for number, name in names.items():
        (folder / name).write_bytes(png(number, (4, 3)))
    images = [
        {"id": number, "file_name": name, "width": 4, "height": 3} for number, name in names.items()
    ]
    categories = [{"id": 4, "name": "cat"}, {"id": 90, "name": "dog"}]
    whole = {"images": images, "categories": categories, "annotations": annotations, **content}
    (folder / "labels.json").write_text(json.dumps(whole))


def read(folder: Path) -> list[Record]:
    values = {"kind": "coco_boxes", "path": folder, "annotations": "labels.json"}
    return list(load_source(values, "source").read())


def test_boxes_crowds_and_an_image_without_any(tmp_path: Path) -> None:
    write(tmp_path, entry(1), entry(2, category_id=90, iscrowd=1, bbox=[0, 0, 4, 3]))
    first, second = read(tmp_path)
    assert first.labels == {
        "boxes": [1, 1, 3, 2, 0, 0, 4, 3],
        "labels": ["cat", "dog"],
        "difficult": [0, 0],
        "crowd": [0, 1],
    }
    assert second.labels["labels"] == []


@pytest.mark.parametrize(
    ("annotations", "rule"),
    [
        ([entry(1), entry(1)], r"labels\.json: annotations: the id 1 occurs 2 times"),
        ([entry(1, category_id=5)], r"annotation 1: no category has the id 5"),
        ([entry(1, image_id=2)], r"annotation 1: no image has the id 2"),
        ([entry(1, bbox=[1, 1, 2])], r"annotations\.0\.bbox\.3: Field required"),
        ([entry(1, bbox=None)], r"annotations\.0\.bbox: Input should be a valid array"),
        ([{"id": 1, "image_id": 1, "category_id": 4}], r"annotations\.0\.bbox: Field required"),
    ],
)
def test_a_wrong_annotation_is_named(
    annotations: list[dict[str, Any]], rule: str, tmp_path: Path
) -> None:
    write(tmp_path, *annotations)
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    twice = [{"id": 1, "name": "cat"}, {"id": 1, "name": "cat"}]
    write(tmp_path, entry(1), entry(2), categories=twice)
    with pytest.raises(FaultsError) as caught:
        read(tmp_path)
    assert len(caught.value.faults) == 4  # id, name, and two annotations of no category


def test_an_image_of_another_size_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "b.png").write_bytes(png(1, (3, 4)))
    with pytest.raises(ConvoyError, match=r"image 5: width and height are 4 and 3, .* upright"):
        read(tmp_path)


def test_a_file_without_boxes_is_not_of_this_layout(tmp_path: Path) -> None:
    write(tmp_path)
    assert Source.recognise(tmp_path) is None
    write(tmp_path, entry(1))
    assert Source.recognise(tmp_path.with_name("gone")) is None


@pytest.mark.skipif(DATA is None, reason="CONVOY_DATA is not set")
def test_the_boxes_of_coco_128() -> None:
    keys = {"annotations": "annotations/instances_train2017.json", "images": "train2017"}
    values = {"kind": "coco_boxes", "path": Path(str(DATA)) / "coco128", **keys}
    records = list(load_source(values, "source").read())
    assert len(records) == 128
    assert sum(sum(each.labels["crowd"]) for each in records) == 10
    assert sum(not each.labels["labels"] for each in records) == 2
