"""COCO keypoints as they should be and as they should not."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.facial_points import KEYPOINTS
from components.core.faults import FaultsError
from components.core.table import Record
from components.ingest.sources.coco_keypoints import Source

NAMES = ["chin", *reversed(KEYPOINTS)]
POINTS = np.random.default_rng(0).uniform(30, 120, (16, 2)).round(2)
PIXELS = np.random.default_rng(1).integers(0, 256, (200, 220), np.uint8)


def content(**annotation: Any) -> dict[str, Any]:
    triples = [value for point in POINTS for value in (*point.tolist(), 2)]
    face = {"id": 7, "image_id": 3, "category_id": 1, "keypoints": triples}
    return {
        "images": [{"id": 3, "file_name": "images/a.png", "width": 220}],
        "categories": [{"id": 1, "name": "face", "keypoints": NAMES}],
        "annotations": [face | {"bbox": [20, 10, 96, 80]} | annotation],
    }


def read(folder: Path, written: Any, **options: Any) -> list[Record]:
    (folder / "images").mkdir()
    Image.fromarray(PIXELS).save(folder / "images" / "a.png")
    (folder / "faces.json").write_text(json.dumps(written))
    source = Source(kind="coco_keypoints", path=folder, annotations="faces.json", **options)
    return list(source.read())


def test_the_box_is_cut_out_and_the_points_follow(tmp_path: Path) -> None:
    record = read(tmp_path, content())[0]
    assert record.path == "images/a.png#7"
    pixels = np.asarray(Image.open(io.BytesIO(record.sample)))
    np.testing.assert_array_equal(pixels, PIXELS[2:98, 20:116])
    found = np.array(record.labels["keypoints"]).reshape(15, 2)
    moved = POINTS[[NAMES.index(name) for name in KEYPOINTS]] - (20, 2)
    inside = ((moved >= 0) & (moved <= 95)).all(axis=1)
    assert 5 < inside.sum() < 15
    np.testing.assert_allclose(found[inside], moved[inside], atol=1e-9)
    assert np.isnan(found[~inside]).all()


def test_a_margin(tmp_path: Path) -> None:
    record = read(tmp_path, content(bbox=[40, 40, 48, 48]), margin=0.5)[0]
    pixels = np.asarray(Image.open(io.BytesIO(record.sample)))
    np.testing.assert_array_equal(pixels, PIXELS[16:112, 16:112])


def test_visibility_0_is_missing_and_1_is_not(tmp_path: Path) -> None:
    written = content(bbox=[0, 0, 200, 200])
    values = written["annotations"][0]["keypoints"]
    values[3 * NAMES.index("nose_tip") + 2] = 0
    values[3 * NAMES.index("mouth_left_corner") + 2] = 1
    found = np.isnan(read(tmp_path, written)[0].labels["keypoints"]).reshape(15, 2).all(axis=1)
    assert [KEYPOINTS[index] for index in found.nonzero()[0]] == ["nose_tip"]


def test_faces_in_the_order_of_the_annotations(tmp_path: Path) -> None:
    written = content()
    first = written["annotations"][0]
    written["annotations"] = [first | {"id": 9}, first | {"id": 2}]
    assert [record.path[-2:] for record in read(tmp_path, written)] == ["#9", "#2"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"image_id": 4}, "annotation 7: no image has the id 4"),
        ({"category_id": 4}, "annotation 7: no category has the id 4"),
        ({"keypoints": [1.0, 2.0, 2.0]}, "annotation 7: 3 keypoint values; must be 48"),
        ({"bbox": [5, 5, 0, 10]}, "annotation 7: bbox is 0 by 10; both must be above 0"),
        ({"bbox": [5, 5, 9, -1]}, "annotation 7: bbox is 9 by -1; both must be above 0"),
        ({"bbox": [300, 5, 9, 9]}, "the face images/a.png#7 lies outside of the image"),
        ({"bbox": [5, 5, 9]}, r"faces\.json: entry\.annotations\.0\.bbox"),
        ({"keypoints": ["a"]}, r"faces\.json: entry\.annotations\.0\.keypoints\.0"),
        ({"id": None}, r"faces\.json: entry\.annotations\.0\.id"),
    ],
)
def test_wrong_annotations(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConvoyError, match=fault):
        read(tmp_path, content(**change))


def test_all_wrong_annotations_are_named_at_once(tmp_path: Path) -> None:
    written = content()
    face = written["annotations"][0]
    written["annotations"] = [
        face | {"id": 1, "bbox": [5, 5, 0, 10], "keypoints": [1.0]},
        face | {"id": 2, "category_id": 4},
        face | {"id": 3, "bbox": "none"},
        face | {"id": 2},
    ]
    with pytest.raises(FaultsError) as error:
        next(iter(read(tmp_path, written)))
    assert [fault.split(": ", 1)[1] for fault in error.value.faults] == [
        "entry.annotations.2.bbox: Input should be a valid array",
        "annotations: the id 2 occurs 2 times; it must be unique",
        "annotation 2: no category has the id 4",
        "annotation 1: bbox is 0 by 10; both must be above 0",
        "annotation 1: 1 keypoint values; must be 48",
    ]


def test_a_keypoint_that_is_named_twice(tmp_path: Path) -> None:
    written = content()
    written["categories"][0]["keypoints"] = [*NAMES[1:], "nose_tip"]
    with pytest.raises(ConvoyError, match="category 1: the keypoint 'nose_tip' occurs 2 times"):
        read(tmp_path, written)


def test_a_category_without_all_points(tmp_path: Path) -> None:
    written = content()
    written["categories"][0]["keypoints"] = NAMES[:-2]
    with pytest.raises(ConvoyError, match="has no keypoint left_eye_center, right_eye_center"):
        read(tmp_path, written)


def test_no_annotations(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"faces\.json: no annotations"):
        read(tmp_path, content() | {"annotations": []})


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"faces\.json: entry\.images: Field required"):
        read(tmp_path, {"annotations": [], "categories": []})


def test_an_absent_file(tmp_path: Path) -> None:
    source = Source(kind="coco_keypoints", path=tmp_path, annotations="gone.json")
    with pytest.raises(ConvoyError, match=r"gone\.json: cannot be read: No such file"):
        list(source.read())


def test_a_file_that_is_not_json(tmp_path: Path) -> None:
    (tmp_path / "faces.json").write_bytes(b"{\xff")
    source = Source(kind="coco_keypoints", path=tmp_path, annotations="faces.json")
    with pytest.raises(ConvoyError, match=r"faces\.json: entry: Invalid JSON"):
        list(source.read())


def test_an_absent_image(tmp_path: Path) -> None:
    written = content()
    written["images"][0]["file_name"] = "images/b.png"
    with pytest.raises(ConvoyError, match=r"images/b\.png: cannot be read"):
        read(tmp_path, written)


def test_a_size_that_is_not_that_of_the_picture_is_named(tmp_path: Path) -> None:
    written = content()
    written["images"][0] |= {"width": 200, "height": 220}
    with pytest.raises(
        FaultsError, match="7: width and height are 200 and 220, of its picture 220"
    ):
        read(tmp_path, written)
