"""Objects with masks in COCO's format: what is read, and every way in which they can be wrong."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as rle

from components.core.errors import ConvoyError
from components.core.faults import FaultsError
from components.core.regions import COLUMNS, decode_region
from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.coco_instances import Source
from tests.toys import png

SIZE = HEIGHT, WIDTH = 3, 4
SQUARE = [1, 1, 3, 1, 3, 3, 1, 3]


def entry(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": 1, "category_id": 4, "segmentation": [SQUARE], **more}


def write(folder: Path, *annotations: dict[str, Any], **content: Any) -> None:
    """Two images of 4x3 pixels and the JSON file; category ids have gaps."""
    names = {1: "a.png", 5: "b.png"}
    for number, name in names.items():
        (folder / name).write_bytes(png(number, (WIDTH, HEIGHT)))
    images = [
        {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
        for number, name in names.items()
    ]
    categories = [{"id": 4, "name": "cat"}, {"id": 90, "name": "dog"}]
    whole = {"images": images, "categories": categories, "annotations": annotations, **content}
    (folder / "labels.json").write_text(json.dumps(whole))


def read(folder: Path) -> list[Record]:
    values = {"kind": "coco_instances", "path": folder, "annotations": "labels.json"}
    return list(load_source(values, "source").read())


def masks_of(record: Record) -> list[np.ndarray]:
    return [decode_region(counts, SIZE) for counts in record.labels["masks"]]


def test_outlines_crowds_and_an_image_without_any(tmp_path: Path) -> None:
    runs = {"size": SIZE, "counts": [6, 6]}
    crowd = entry(2, category_id=90, iscrowd=1, bbox=[2, 0, 2, 3], segmentation=runs)
    write(tmp_path, entry(1, bbox=[0.5, 1, 2.5, 2]), crowd)
    first, second = read(tmp_path)
    assert {*first.labels} == {*COLUMNS}
    assert first.labels["boxes"] == [0.5, 1, 3, 3, 2, 0, 4, 3]
    assert first.labels["labels"] == ["cat", "dog"]
    assert (first.labels["difficult"], first.labels["crowd"]) == ([0, 0], [0, 1])
    expected = np.zeros((2, *SIZE), bool)
    expected[0, 1:3, 1:3] = expected[1, :, 2:] = True
    np.testing.assert_array_equal(masks_of(first), expected)
    assert all(values == [] for values in second.labels.values())


@pytest.mark.parametrize("bbox", [{}, *({"bbox": each} for each in (None, [], [0, 0, 0, 0]))])
def test_without_a_box_it_is_the_one_around_the_pixels(bbox: dict, tmp_path: Path) -> None:
    write(tmp_path, entry(1, **bbox))
    assert read(tmp_path)[0].labels["boxes"] == [1, 1, 3, 3]


@pytest.mark.parametrize("packed", [True, False])
def test_runs_packed_or_not_are_the_same_region(packed: bool, tmp_path: Path) -> None:
    mask = np.zeros(SIZE, np.uint8, order="F")
    mask[1:, 1:3] = 1
    counts = rle.encode(mask)["counts"].decode() if packed else [4, 2, 1, 2, 3]
    write(tmp_path, entry(1, segmentation={"size": SIZE, "counts": counts}), entry(2))
    (first, second), _ = (record.labels["masks"] for record in read(tmp_path))
    assert first == second


def test_regions_may_overlap(tmp_path: Path) -> None:
    write(tmp_path, entry(1), entry(2, segmentation=[[0, 0, 4, 0, 4, 3, 0, 3]]))
    small, large = masks_of(read(tmp_path)[0])
    assert (small & large).sum() == 4


def test_an_outline_that_covers_no_pixel_is_left_to_the_rules(tmp_path: Path) -> None:
    write(tmp_path, entry(1, segmentation=[[1, 1, 1, 1, 1, 1]]))
    labels = read(tmp_path)[0].labels
    assert labels["boxes"] == [0, 0, 0, 0]
    assert not decode_region(labels["masks"][0], SIZE).any()


@pytest.mark.parametrize(
    ("annotations", "rule"),
    [
        ([entry(1), entry(1)], r"labels\.json: annotations: the id 1 occurs 2 times; it must be"),
        ([entry(1, category_id=5)], r"labels\.json: annotation 1: no category has the id 5$"),
        ([entry(1, image_id=2)], r"labels\.json: annotation 1: no image has the id 2$"),
        ([entry(1, bbox=[1, 1, 2])], r"labels\.json: entry\.annotations\.0\.bbox\.3: Field requ"),
        ([{"id": 1, "image_id": 1, "category_id": 4}], r"annotations\.0\.segmentation: Field req"),
        ([entry(7, segmentation=[])], r"labels\.json: annotation 7: segmentation is empty$"),
        (
            [entry(7, segmentation=[[1, 1, 2, 2]])],
            r"labels\.json: annotation 7: a polygon of 4 values; must be 6, 8, 10, …$",
        ),
        (
            [entry(7, segmentation={"size": SIZE, "counts": [4, 2]})],
            r"labels\.json: annotation 7: counts are broken or do not sum to 12 pixels$",
        ),
        (
            [entry(7, segmentation={"size": SIZE, "counts": "42"})],
            r"labels\.json: annotation 7: counts are broken or do not sum to 12 pixels$",
        ),
        (
            [entry(7, segmentation={"size": [4, 3], "counts": [12]})],
            r"labels\.json: annotation 7: size is \[4, 3\]; that of the image is \[3, 4\]$",
        ),
    ],
)
def test_a_wrong_annotation_is_named(
    annotations: list[dict[str, Any]], rule: str, tmp_path: Path
) -> None:
    write(tmp_path, *annotations)
    with pytest.raises(ConvoyError, match=rule):
        read(tmp_path)


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, entry(1, segmentation=[]), entry(2, segmentation=[[1, 1, 2, 2]]), entry(3))
    with pytest.raises(FaultsError) as caught:
        read(tmp_path)
    assert len(caught.value.faults) == 2


def test_two_images_of_one_id(tmp_path: Path) -> None:
    image = {"id": 1, "width": WIDTH, "height": HEIGHT}
    images = [{**image, "file_name": "a.png"}, {**image, "file_name": "b.png"}]
    write(tmp_path, entry(1), images=images)
    with pytest.raises(ConvoyError, match=r"labels\.json: images: the id 1 occurs 2 times; it mu"):
        read(tmp_path)


def test_an_image_of_another_size_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "b.png").write_bytes(png(1, (3, 4)))
    with pytest.raises(ConvoyError, match=r"image 5: width and height are 4 and 3, .* upright"):
        read(tmp_path)


def test_an_image_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "b.png").unlink()
    with pytest.raises(ConvoyError, match=r"image 5: .*b\.png: cannot be read: No such file"):
        read(tmp_path)


def test_a_png_that_is_called_jpg_is_read(tmp_path: Path) -> None:
    image = {"id": 1, "file_name": "a.jpg", "width": WIDTH, "height": HEIGHT}
    write(tmp_path, entry(1), images=[image])
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert read(tmp_path)[0].labels["labels"] == ["cat"]


def test_a_file_with_outlines_is_of_this_layout(tmp_path: Path) -> None:
    for name, segmentation in (("boxed", []), ("outlined", [SQUARE])):
        (tmp_path / name).mkdir()
        write(tmp_path / name, entry(1, segmentation=segmentation, bbox=[1, 1, 2, 2]))
    assert Source.recognise(tmp_path / "boxed") is None
    keys = {"annotations": Path("labels.json"), "images": Path()}
    assert Source.recognise(tmp_path / "outlined") == {"path": tmp_path / "outlined", **keys}


def test_coco_128(real_data: Path) -> None:
    keys = Source.recognise(real_data / "coco128")
    assert keys is not None
    records = list(Source(kind="coco_instances", **keys).read())
    assert len(records) == 128
    assert sum(len(each.labels["masks"]) for each in records) == 939
    assert sum(sum(each.labels["crowd"]) for each in records) == 10
    assert sum(not each.labels["masks"] for each in records) == 2
