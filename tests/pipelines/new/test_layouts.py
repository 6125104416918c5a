from functools import partial
from pathlib import Path

import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.ingest.ingest import list_kinds
from pipelines.new.layouts import ORDER, choose_task, declared, recognise, tasks_for
from pipelines.new.survey import survey
from tests import layouts
from tests.layouts import Writer, save

CLASSES = ("cat", "dog", "owl")
SOME = {"classes": CLASSES, "size": (30, 40), "channels": 3}
WRITERS: dict[str, tuple[Writer, str]] = {
    "pts_landmarks": (layouts.as_landmarks, "keypoints"),
    "kaggle_keypoints": (layouts.as_kaggle, "keypoints"),
    "coco_keypoints": (layouts.as_coco_keypoints, "keypoints"),
    "coco_segmentation": (partial(layouts.as_coco_masks, classes=CLASSES), "segmentation"),
    "coco_labels": (layouts.as_coco_labels, "binary"),
    "mask_folder": (partial(layouts.as_masks, classes=CLASSES), "segmentation"),
    "mnist_idx": (layouts.as_idx, "classification"),
    "coco_boxes": (partial(layouts.as_coco_boxes, names=("car", "bike")), "detection"),
    "pascal_voc": (layouts.as_voc, "detection"),
    "yolo_boxes": (layouts.as_yolo, "detection"),
    "csv_boxes": (layouts.as_csv_boxes, "detection"),
    "via_polygons": (layouts.as_via, "instances"),
    "instance_ids": (layouts.as_ids, "instances"),
    "instance_masks": (layouts.as_object_masks, "instances"),
    "csv_labels": (partial(layouts.as_csv, **SOME), "classification"),
    "identity_pairs": (layouts.as_pairs, "faces"),
    "image_folder": (partial(layouts.as_folders, **SOME), "classification"),
    "text_folder": (partial(layouts.as_text_folders, classes=CLASSES[:2]), "sentiment"),
    "text_table": (partial(layouts.as_text_table, classes=CLASSES[:2]), "sentiment"),
    "text_lines": (partial(layouts.as_text_lines, classes=CLASSES[:2]), "sentiment"),
}


def test_every_layout_of_ones_own_has_a_writer_here() -> None:
    drawn = {kind for kind in list_kinds() if kind.startswith(("rendered_", "composed_"))}
    drawn.add("sklearn_digits")
    named = {"identity_folder"}  # by --kind: it looks like image_folder
    second = {"coco_instances"}  # to coco_segmentation, as which the same file can be read
    assert {*WRITERS} | second == {*list_kinds()} - drawn - named == {*ORDER}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_layout_is_recognised_and_read(kind: str, shipped: Path) -> None:
    folder = shipped / "photos"
    folder.mkdir()
    write, task = WRITERS[kind]
    write(folder)
    layout = recognise(folder)[0]
    assert (layout.kind, choose_task(layout, None)) == (kind, task)
    assert survey(layout.kind, layout.keys).samples > 10


@pytest.mark.parametrize("kind", WRITERS)
def test_a_folder_around_the_folder_is_no_hindrance(kind: str, shipped: Path) -> None:
    folder = shipped / "download/photos"
    folder.mkdir(parents=True)
    (shipped / "download/.DS_Store").touch()
    WRITERS[kind][0](folder)
    assert recognise(shipped / "download")[0].kind == kind


@pytest.mark.parametrize("kind", ["csv_labels", "kaggle_keypoints", "coco_labels"])
def test_the_file_itself_may_be_named(kind: str, shipped: Path) -> None:
    WRITERS[kind][0](shipped)
    (file,) = [*shipped.glob("*.csv"), *shipped.glob("*.json")]
    assert recognise(file)[0].kind == kind


def test_where_two_layouts_are_possible_the_one_that_says_more_is_meant(shipped: Path) -> None:
    for name in ("images", "masks"):
        save(np.zeros((8, 8), np.uint8), shipped / "photos" / name / "a.png")
    first, second = recognise(shipped / "photos")
    assert (first.kind, second.kind) == ("mask_folder", "image_folder")
    assert declared(shipped / "photos", "image_folder") == second


def test_outlines_and_boxes_of_coco_can_be_meant_in_several_ways(shipped: Path) -> None:
    layouts.as_coco_instances(shipped / "photos", names=("car", "bike"))
    found = recognise(shipped / "photos")
    kinds = ["coco_segmentation", "coco_instances", "coco_boxes"]
    assert [layout.kind for layout in found] == kinds
    layout = declared(shipped / "photos", "coco_instances")
    assert (layout, layout.tasks) == (found[1], ["instances"])
    assert survey(layout.kind, layout.keys).objects == {"car": 20, "bike": 20}


@pytest.mark.parametrize(
    ("images", "masks", "mask"),
    [("images", "masks", "a.png"), ("JPEGImages", "SegmentationClass", "a.png"),
     ("imgs", "labels", "a_mask.png")],
)  # fmt: skip
def test_masks_by_other_names_are_found(images: str, masks: str, mask: str, shipped: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 2, (8, 8), np.uint8)
    save(pixels, shipped / "photos" / images / "a.jpg")
    save(pixels, shipped / "photos" / masks / mask)
    layout = recognise(shipped / "photos")[0]
    assert layout.kind == "mask_folder"
    found = survey(layout.kind, layout.keys)
    assert (found.samples, found.broken_masks) == (1, [])


def test_coco_distribution_with_images_and_annotations_apart(shipped: Path) -> None:
    layouts.as_coco_labels(shipped / "coco/val2017")
    (shipped / "coco/annotations").mkdir()
    (shipped / "coco/val2017/labels.json").rename(shipped / "coco/annotations/labels.json")
    layout = recognise(shipped / "coco")[0]
    assert layout.keys["images"] == Path("val2017")
    assert survey(layout.kind, layout.keys).samples == 60


def test_no_layout_is_one_sentence_that_names_them(shipped: Path) -> None:
    save(np.zeros((8, 8), np.uint8), shipped / "photos/a.png")
    with pytest.raises(ConvoyError, match=r"photos: has none of the layouts pts_.*text_folder;"):
        recognise(shipped / "photos")


def test_misspelt_names_get_the_nearest(shipped: Path) -> None:
    (shipped / "photos").mkdir()
    with pytest.raises(ConvoyError, match=r"phtos: not found; did you mean .*photos\?"):
        recognise(shipped / "phtos")
    with pytest.raises(ConvoyError, match=r"no source 'imagefolder'; did you mean image_folder\?"):
        declared(shipped / "photos", "imagefolder")
    WRITERS["image_folder"][0](shipped / "photos")
    with pytest.raises(ConvoyError, match=r"no task 'clasification'; did you mean classification"):
        choose_task(recognise(shipped / "photos")[0], "clasification")


def test_the_tasks_that_can_learn_from_labels(shipped: Path) -> None:
    assert tasks_for("image_folder") == ["classification", "binary"]
    assert tasks_for("text_folder") == ["sentiment"]
    assert tasks_for("coco_labels") == ["binary"]
