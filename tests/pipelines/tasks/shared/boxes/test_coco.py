"""COCO's average precision: against the references of other programs, and against pycocotools."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.tasks.shared.boxes.coco import CocoMeasures
from pipelines.tasks.shared.boxes.objects import Found, Truth
from pipelines.tasks.shared.boxes.pascal import find_curve

DATA = os.environ.get("CONVOY_DATA")
CLASSES = ("cat", "dog")
needs_data = pytest.mark.skipif(DATA is None, reason="CONVOY_DATA is not set")


def truth(
    *boxes: Sequence[float],
    classes: Sequence[int] = (),
    difficult: Sequence[int] = (),
    crowd: Sequence[int] = (),
) -> Truth:
    count = len(boxes)
    return Truth(
        np.array(boxes, np.float64).reshape(-1, 4),
        np.array(classes or [0] * count, np.int64),
        np.array(difficult or [0] * count, bool),
        np.array(crowd or [0] * count, bool),
    )


def found(*boxes: Sequence[float], classes: Sequence[int] = ()) -> Found:
    """Boxes with their scores in front."""
    rows = np.array(boxes, np.float64).reshape(-1, 5)
    kinds = np.array(classes or [0] * len(rows), np.int64)
    return Found(rows[:, 1:], rows[:, 0], kinds)


def measure(truths: Sequence[Truth], founds: Sequence[Found]) -> dict[str, float]:
    return CocoMeasures(truths, founds, CLASSES).metrics()


def test_all_found_exactly() -> None:
    metrics = measure([truth((0, 0, 20, 20))], [found((0.9, 0, 0, 20, 20))])
    wanted = ("ap", "ap50", "ap75", "ap_small", "ar1", "ar10", "ar100", "ap/cat", "ap50/cat")
    assert metrics == {name: pytest.approx(1) for name in wanted}


def test_a_shifted_box_is_right_up_to_its_overlap() -> None:
    """An overlap of 15 / 25 = 0.6 is enough for three of ten thresholds: 0.5, 0.55 and 0.6."""
    metrics = measure([truth((0, 0, 20, 20))], [found((0.9, 5, 0, 25, 20))])
    assert metrics["ap50"] == pytest.approx(1)
    assert metrics["ap75"] == 0
    assert metrics["ap"] == pytest.approx(0.3)


def test_nothing_found_is_zero_and_no_truth_is_no_metric() -> None:
    assert measure([truth((0, 0, 9, 9))], [found()])["ap"] == 0
    assert measure([truth()], [found((0.9, 0, 0, 9, 9))]) == {}


def test_sizes_are_told_by_the_true_area() -> None:
    metrics = measure([truth((0, 0, 31, 31), (100, 0, 140, 40))], [found((0.9, 0, 0, 31, 31))])
    assert (metrics["ap_small"], metrics["ap_medium"]) == (pytest.approx(1), 0)
    assert "ap_large" not in metrics


def test_what_is_difficult_counts_neither_way() -> None:
    boxes = ((0, 0, 20, 20), (40, 0, 60, 20))
    for hits in (found((0.9, 0, 0, 20, 20)), found((0.9, 40, 0, 60, 20), (0.8, 0, 0, 20, 20))):
        assert measure([truth(*boxes, difficult=(0, 1))], [hits])["ap"] == pytest.approx(1)


def test_any_number_of_boxes_in_a_crowd_count_neither_way() -> None:
    boxes = ((0, 0, 20, 20), (40, 0, 90, 20))
    hits = found((0.9, 40, 0, 60, 20), (0.8, 60, 0, 80, 20), (0.7, 0, 0, 20, 20))
    assert measure([truth(*boxes, crowd=(0, 1))], [hits])["ap"] == pytest.approx(1)


def test_curves_are_those_of_classes_with_a_truth() -> None:
    measures = CocoMeasures([truth((0, 0, 9, 9))], [found((0.9, 0, 0, 9, 9))], CLASSES)
    ((name, values),) = measures.curves()
    assert (name, values.min()) == ("cat", pytest.approx(1))


def draw_image(rng: np.random.Generator) -> tuple[Truth, Found]:
    """Truths, and found ones near some of them."""
    count = int(rng.integers(0, 5))
    corner = rng.integers(0, 60, (count, 2))
    boxes = np.concatenate([corner, corner + rng.integers(5, 60, (count, 2))], axis=1)
    near = boxes[rng.random(count) < 0.8] + rng.integers(-4, 5, 4)
    more = rng.integers(0, 40, (int(rng.integers(0, 3)), 4)) + np.array([0, 0, 41, 41])
    hits = np.concatenate([near, more]).astype(float)
    scores = rng.permutation(8)[: len(hits)] / 8  # ties between images, none within one
    known = Truth(
        boxes.astype(float),
        rng.integers(0, 2, count),
        rng.random(count) < 0.15,
        rng.random(count) < 0.1,
    )
    return known, Found(hits, scores, rng.integers(0, 2, len(hits)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_some_images_are_measured_as_pycocotools_measures_their_copies(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truths, founds = zip(*(draw_image(rng) for _ in range(5)), strict=True)
    measures = CocoMeasures(truths, founds, CLASSES)
    times = rng.integers(0, 3, 5)
    copies = np.repeat(np.arange(5), times)
    own = measures.metrics_of(times)
    if not len(copies):
        assert own == {}
        return
    other = measure([truths[at] for at in copies], [founds[at] for at in copies])
    assert own == {name: pytest.approx(other[name], abs=1e-9) for name in own}
    assert {"ap", "ap50", "ap75"} & {*other} <= {*own}


def test_all_images_once_are_all_images() -> None:
    rng = np.random.default_rng(1)
    truths, founds = zip(*(draw_image(rng) for _ in range(20)), strict=True)
    measures = CocoMeasures(truths, founds, CLASSES)
    own = measures.metrics_of(np.ones(20, int))
    assert own == {name: pytest.approx(measures.metrics()[name]) for name in own}


def read_coco(folder: Path, truths: str, founds: str) -> tuple[list[Truth], list[Found], list[str]]:
    """The objects of a JSON file in COCO's format, and results in its format."""
    content = json.loads((folder / truths).read_text())
    results = json.loads((folder / founds).read_text())
    results = results["annotations"] if isinstance(results, dict) else results
    kinds = [each["id"] for each in content["categories"]]

    def of(entries: Sequence[Mapping[str, Any]], image: int) -> list[Mapping[str, Any]]:
        return [each for each in entries if each["image_id"] == image]

    def edges(entries: Sequence[Mapping[str, Any]]) -> np.ndarray:
        boxes = np.array([each["bbox"] for each in entries], np.float64).reshape(-1, 4)
        return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)

    def classes(entries: Sequence[Mapping[str, Any]]) -> np.ndarray:
        return np.array([kinds.index(each["category_id"]) for each in entries], np.int64)

    known, told = [], []
    for image in sorted(each["id"] for each in content["images"]):
        true, hits = of(content["annotations"], image), of(results, image)
        crowd = np.array([each.get("iscrowd", 0) for each in true], bool)
        known.append(Truth(edges(true), classes(true), np.zeros(len(true), bool), crowd))
        scores = np.array([each["score"] for each in hits], np.float64)
        told.append(Found(edges(hits), scores, classes(hits)))
    return known, told, [each["name"] for each in content["categories"]]


@needs_data
def test_the_reference_of_cocos_own_program() -> None:
    folder = Path(str(DATA)) / "map-reference/review_object_detection_metrics/tests/test_coco_eval"
    known, told, names = read_coco(
        folder, "gts/sampled_gts_bbox_area.json", "dets/sampled_bbox_results.json"
    )
    metrics = CocoMeasures(known, told, names).metrics()
    expected = {
        "ap": 0.503647,
        "ap50": 0.696973,
        "ap75": 0.571667,
        "ap_small": 0.593252,
        "ap_medium": 0.557991,
        "ap_large": 0.489363,
        "ar1": 0.386813,
        "ar10": 0.593680,
        "ar100": 0.595353,
    }
    assert metrics | expected == metrics | {
        name: pytest.approx(metrics[name], abs=1e-6) for name in expected
    }


@needs_data
def test_the_reference_of_podm() -> None:
    folder = Path(str(DATA)) / "map-reference/podm/tests/sample"
    known, told, names = read_coco(folder, "groundtruths_coco.json", "detections_coco.json")
    expected = json.loads((folder / "expected0_5.json").read_text())
    curves = {name: find_curve(known, told, kind, pixel=1) for kind, name in enumerate(names)}
    own = {name: curve.every_point() for name, curve in curves.items() if curve is not None}
    assert own == {name: pytest.approx(expected[name]["ap"], abs=1e-12) for name in own}

    coco = CocoMeasures(known, told, names).metrics()
    assert coco["ap50"] == pytest.approx(0.31195, abs=1e-5)
