"""What is shown of found boxes."""

from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.tasks.shared.boxes.view import COCO_FILE, BoxView
from tests.pipelines.tasks.shared.boxes.served import CLASSES, picture, prediction


def view(confidence: float = 0.5) -> BoxView:
    return BoxView.model_validate({"name": "pets", "show": {"confidence": confidence}})


SOME = prediction((0.9, 1, 1, 2, 21, 42), (0.6, 0, 0, 0, 9, 9), (0.2, 0, 5, 5, 9, 9))


def test_a_row_a_box_of_which_the_model_is_sure() -> None:
    first, second = view().rows(SOME, CLASSES)
    assert first == {"label": "dog", "score": 0.9, "x0": 1, "y0": 2, "x1": 21, "y1": 42}
    assert second["label"] == "cat"
    assert len(view(0.1).rows(SOME, CLASSES)) == 3
    assert view().rows(prediction(), CLASSES) == []
    assert view().columns(CLASSES).names == [*first]


def test_boxes_are_drawn_on_the_picture() -> None:
    drawn = view().draw(Image.new("RGB", (64, 48), "white"), SOME, CLASSES)
    assert np.any(np.asarray(drawn) != 255)
    blank = view().draw(Image.new("RGB", (64, 48), "white"), prediction(), CLASSES)
    assert blank.getextrema() == ((255, 255),) * 3


def test_all_rows_in_the_format_of_coco_are_read_as_boxes_again(tmp_path: Path) -> None:
    from components.ingest.ingest import load_source

    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(picture())
    rows = [{"image": "a.png", **each} for each in view().rows(SOME, CLASSES)]
    samples = [{"image": name, "width": 64, "height": 48} for name in ("a.png", "b.png")]
    (tmp_path / "labels.json").write_text(view().documents(samples, rows, CLASSES)[COCO_FILE])
    values = {"kind": "coco_boxes", "path": tmp_path, "annotations": "labels.json"}
    first, second = load_source(values, "source").read()
    assert first.labels["labels"] == ["dog", "cat"]
    assert first.labels["boxes"] == [1, 2, 21, 42, 0, 0, 9, 9]
    assert second.labels["labels"] == []


def test_a_purpose_names_the_classes() -> None:
    assert "2 classes in an image: cat, dog." in view().purpose(CLASSES)
