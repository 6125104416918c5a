"""What is shown of found objects with their masks."""

import json

import numpy as np
from PIL import Image
from pycocotools import mask as rle

from pipelines.tasks.instances.view import InstanceView
from pipelines.tasks.shared.boxes.view import COCO_FILE
from tests.pipelines.tasks.instances.served import SIZE, prediction, rectangle
from tests.pipelines.tasks.shared.boxes.served import CLASSES

SOME = prediction((0.9, 1, 1, 2, 21, 42), (0.6, 0, 10, 0, 30, 9), (0.2, 0, 5, 5, 9, 9))


def view(confidence: float = 0.5) -> InstanceView:
    return InstanceView.model_validate({"name": "pets", "show": {"confidence": confidence}})


def test_a_row_an_object_of_which_the_model_is_sure() -> None:
    first, second = view().rows(SOME, CLASSES)
    assert (first["label"], first["score"], first["area"]) == ("dog", 0.9, 20 * 40)
    region = {"size": list(SIZE), "counts": first["mask"]}
    np.testing.assert_array_equal(rle.decode(region), rectangle((1, 2, 21, 42)))
    assert second["area"] == 20 * 9
    assert len(view(0.1).rows(SOME, CLASSES)) == 3
    assert view().rows(prediction(), CLASSES) == []
    assert view().columns(CLASSES).names == [*first]


def test_ids_are_the_numbers_of_the_rows_the_surer_on_top() -> None:
    ids = view().artifacts(SOME, CLASSES)["ids"]
    assert ids.mode == "L"
    expected = np.where(rectangle((10, 0, 30, 9)), 2, 0)
    expected[rectangle((1, 2, 21, 42))] = 1
    np.testing.assert_array_equal(np.asarray(ids), expected)
    assert not np.asarray(view().artifacts(prediction(), CLASSES)["ids"]).any()


def test_ids_of_many_objects_have_16_bits() -> None:
    many = 300
    crowded = {
        "boxes": np.tile(np.array([[0, 0, 1, 1]], np.float32), (many, 1)),
        "scores": np.full(many, 0.9, np.float32),
        "classes": np.zeros(many, np.int32),
        "count": np.int32(many),
        "masks": np.full((many, 2, 2), 255, np.uint8),
        "size": np.array(SIZE, np.int32),
    }
    crowded["boxes"][-1] = (5, 5, 6, 6)
    ids = view().artifacts(crowded, CLASSES)["ids"]
    assert np.asarray(ids)[5, 5] == many


def test_objects_are_drawn_on_the_picture() -> None:
    white = Image.new("RGB", SIZE[::-1], "white")
    drawn = np.asarray(view().draw(white, SOME, CLASSES))
    times = drawn.shape[0] // SIZE[0]
    middle = drawn[times // 2 :: times, times // 2 :: times]
    assert (middle[rectangle((1, 2, 21, 42))] != 255).any(axis=-1).all()
    blank = view().draw(white, prediction(), CLASSES)
    assert blank.getextrema() == ((255, 255),) * 3


def test_all_rows_in_the_format_of_coco() -> None:
    rows = [{"image": "a.png", **each} for each in view().rows(SOME, CLASSES)]
    samples = [{"image": name, "width": 64, "height": 48} for name in ("b.png", "a.png")]
    content = json.loads(view().documents(samples, rows, CLASSES)[COCO_FILE])
    first, second = content["annotations"]
    assert (first["image_id"], first["category_id"], first["area"]) == (2, 2, 800)
    assert first["bbox"] == [1, 2, 20, 40]
    for each, box in ((first, (1, 2, 21, 42)), (second, (10, 0, 30, 9))):
        np.testing.assert_array_equal(rle.decode(each["segmentation"]), rectangle(box))


def test_a_purpose_names_the_classes() -> None:
    assert "2 classes in an image: cat, dog." in view().purpose(CLASSES)
