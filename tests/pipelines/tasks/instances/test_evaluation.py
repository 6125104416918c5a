"""What is measured and drawn of a model that finds objects and their pixels."""

import copy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pycocotools import mask as rle
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from components.core.errors import ConvoyError
from components.evaluate.intervals import bootstrap_intervals
from pipelines.tasks.instances.evaluation import InstanceEvaluation, InstanceEvaluator
from tests.pipelines.tasks.instances.served import SIDE, SIZE, prediction, rectangle, row
from tests.pipelines.tasks.shared.boxes.served import CLASSES, batch


@pytest.fixture
def evaluation() -> InstanceEvaluation:
    """One image all right, one with a missed and a false object, one without objects."""
    found = InstanceEvaluation(CLASSES, confidence=0.5, pictures=8)
    rows = [
        row("right.png", (0, 0, 20, 20), labels=("cat",)),
        row("wrong.png", (0, 0, 20, 20), (30, 0, 60, 40), labels=("dog", "cat")),
        row("empty.png"),
    ]
    outputs = batch(
        prediction((0.9, 0, 0, 0, 20, 20), (0.3, 1, 40, 0, 60, 20)),
        prediction((0.8, 1, 0, 0, 20, 18), (0.7, 0, 0, 30, 20, 48)),
        prediction(),
    )
    found.update(rows, outputs)
    return found


def test_metrics(evaluation: InstanceEvaluation) -> None:
    metrics = evaluation.metrics()
    for name in ("mask", "box"):
        assert metrics[f"{name}_ap50/dog"] == pytest.approx(1)
        assert metrics[f"{name}_ap50/cat"] == pytest.approx(51 / 101)
        assert metrics[f"{name}_ap50"] == pytest.approx((1 + 51 / 101) / 2)
    assert metrics["f1"] == pytest.approx(2 * 2 / (3 + 3))
    # cat: one of two found, one false; dog: 18 of 20 rows
    assert metrics["panoptic_quality"] == pytest.approx((1 / 2 + 0.9) / 2)
    assert metrics["recognition_quality"] == pytest.approx((1 / 2 + 1) / 2)
    assert metrics["segmentation_quality"] == pytest.approx((1 + 0.9) / 2)
    assert (metrics["images"], metrics["objects"]) == (3, 3)


def test_a_mask_is_not_its_box() -> None:
    """The box is right and the mask is empty."""
    evaluation = InstanceEvaluation(CLASSES, confidence=0.5)
    edges = (0, 0, 20, 20)
    outputs = batch(prediction((0.9, 0, *edges), full=0))
    evaluation.update([row("a.png", edges, labels=("cat",))], outputs)
    metrics = evaluation.metrics()
    assert (metrics["mask_ap50"], metrics["box_ap50"]) == (0, pytest.approx(1))
    assert (metrics["f1"], metrics["panoptic_quality"]) == (0, 0)


def test_metrics_of_some_images_are_those_of_them(evaluation: InstanceEvaluation) -> None:
    whole = evaluation.metrics_of(np.arange(3))
    assert whole == {name: pytest.approx(evaluation.metrics()[name]) for name in whole}
    assert evaluation.metrics_of(np.array([0, 0]))["panoptic_quality"] == 1
    assert evaluation.metrics_of(np.array([2])) == {}
    wanted = {"mask_ap", "mask_ap50", "box_ap", "f1", "panoptic_quality"}
    assert wanted <= {*bootstrap_intervals(evaluation)}


def test_average_precision_is_that_of_pycocotools_on_its_own_results() -> None:
    rng = np.random.default_rng(5)
    evaluation = InstanceEvaluation(CLASSES, confidence=0.5)
    truths, founds, images = [], [], []
    for image in range(12):
        corners = rng.integers(0, 30, (3, 2))
        boxes = np.concatenate([corners, corners + rng.integers(8, 18, (3, 2))], axis=1)
        kinds = rng.integers(0, 2, 3)
        example = row(f"{image}", *map(tuple, boxes), labels=tuple(CLASSES[at] for at in kinds))
        near, scores = boxes + rng.integers(-2, 3, (3, 4)), -np.sort(-rng.random(3))
        told = prediction(*np.column_stack([scores, kinds, near]).tolist())
        told["masks"] = rng.integers(0, 400, (4, SIDE, SIDE)).clip(0, 255).astype(np.uint8)
        evaluation.update([example], batch(told))
        size = {"height": SIZE[0], "width": SIZE[1]}
        images.append({"id": image, **size})
        for box, kind in zip(boxes.tolist(), kinds.tolist(), strict=True):
            region = rle.encode(np.asfortranarray(rectangle(tuple(box)), np.uint8))
            truths.append({"image_id": image, "category_id": kind, "segmentation": region})
            truths[-1] |= {"id": len(truths), "area": float(rle.area(region)), "iscrowd": 0}
        found = evaluation.founds[-1]
        for region, kind, score in zip(found.regions, found.classes, found.scores, strict=True):
            founds.append({"image_id": image, "category_id": int(kind), "score": float(score)})
            founds[-1]["segmentation"] = region
    known = COCO()
    categories = [{"id": at} for at in range(2)]
    known.dataset = {"images": images, "annotations": truths, "categories": categories}
    known.createIndex()
    judge = COCOeval(known, known.loadRes(copy.deepcopy(founds)), "segm")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    names = ("mask_ap", "mask_ap50", "mask_ap75", "mask_ap_small")
    measured = [evaluation.metrics()[name] for name in names]
    assert 0.1 < measured[1] < 1
    np.testing.assert_allclose(measured, judge.stats[:4], atol=1e-9)


def test_what_is_reported(evaluation: InstanceEvaluation, tmp_path: Path) -> None:
    evaluation.report(tmp_path)
    images = pd.read_csv(tmp_path / "images.csv")
    assert images.image_path.tolist() == ["wrong.png", "right.png", "empty.png"]
    assert images.missed.tolist() == [1, 0, 0]
    matrix = pd.read_csv(tmp_path / "confusion_matrix.csv", index_col="true")
    assert matrix.loc["cat"].tolist() == [1, 0, 1]
    for name in ("confusion", "precision_recall", "sizes", "best", "worst"):
        assert Image.open(tmp_path / f"{name}.png").width > 200


def test_a_report_of_images_without_objects(tmp_path: Path) -> None:
    evaluation = InstanceEvaluation(CLASSES, confidence=0.5)
    evaluation.update([row("empty.png")], batch(prediction()))
    assert evaluation.metrics() == {"images": 1, "objects": 0}
    evaluation.report(tmp_path)
    assert (tmp_path / "best.png").is_file()


def test_what_cannot_be_measured_is_named() -> None:
    evaluation = InstanceEvaluation(CLASSES, confidence=0.5)
    one = (0, 0, 9, 9)
    with pytest.raises(ConvoyError, match=r"^a\.png: label 'owl' is none of the model's classes"):
        evaluation.update([row("a.png", one, labels=("owl",))], batch(prediction()))
    with pytest.raises(ConvoyError, match=r"^a\.png: a number of the model is not finite$"):
        evaluation.update([row("a.png")], batch(prediction((0.9, 0, np.nan, 0, 9, 9))))
    broken = {**row("a.png", one, labels=("cat",)), "masks": [b"61"]}
    with pytest.raises(ConvoyError, match=r"^a\.png: a mask's counts are broken"):
        evaluation.update([broken], batch(prediction()))
    other = {**prediction(), "size": np.array([48, 60])}
    with pytest.raises(ConvoyError, match=r"^a\.png: is 48 x 64 .* the model says 48 x 60$"):
        evaluation.update([row("a.png")], batch(other))


def test_no_images_cannot_be_measured() -> None:
    with pytest.raises(ConvoyError, match="there are no images to measure"):
        InstanceEvaluation(CLASSES, confidence=0.5).metrics()


def test_a_model_must_find_something_by_default() -> None:
    part = InstanceEvaluator.model_validate({"name": "pets", "evaluate": {}, "gate": {}})
    assert part.gate.thresholds["mask_ap50"].min == 0.1
    assert part.begin(SimpleNamespace(classes=CLASSES)).examples == 0  # type: ignore[arg-type]
