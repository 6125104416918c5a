"""Sound objects pass; each kind of bad region stops the run and is named, or is dropped."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from components.core.boxes import Box
from components.core.images import find_size
from components.core.regions import encode_region, to_columns
from components.ingest.ingest import find_source, ingest, load_source
from components.ingest.summary import IngestSummary
from components.validate.validate import BrokenRulesError, validate
from pipelines.tasks.detection import TASK
from pipelines.tasks.instances.inspection import TEXTS, look_at
from pipelines.tasks.instances.labels import InstanceLabels
from tests.specs import make_spec
from tests.tables import read_rules

SIZE = HEIGHT, WIDTH = 20, 30
INSTANCES = replace(TASK, labels=InstanceLabels)
Run = Callable[..., IngestSummary]
Object = tuple[str, list[int], list[int] | None]
"""Class, x0, y0, x1, y1 of its polygon, and those of its box, if it has one."""

CAT: Object = ("cat", [1, 2, 9, 9], [1, 2, 9, 9])
DOG: Object = ("dog", [5, 5, 30, 20], None)
SOUND: Sequence[Sequence[Object]] = (*[(CAT, DOG)] * 2, *[(DOG,)] * 18, ())


def annotate(image: int, number: int, given: Object) -> dict[str, Any]:
    name, (x0, y0, x1, y1), box = given
    polygon = [x0, y0, x1, y0, x1, y1, x0, y1]
    made = {"id": number, "image_id": image, "category_id": ["cat", "dog", "owl"].index(name)}
    if box is not None:
        made["bbox"] = [*box[:2], box[2] - box[0], box[3] - box[1]]
    return {**made, "segmentation": [polygon]}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Ingests COCO's outlines and validates them; the first image has further objects."""

    def both(*more: Object, **checks: Any) -> IngestSummary:
        images, annotations = [], []
        for at, objects in enumerate(((*SOUND[0], *more), *SOUND[1:])):
            pixels = np.random.default_rng(at).integers(0, 256, (*SIZE, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / f"{at}.png")
            size = {"width": WIDTH, "height": HEIGHT}
            images.append({"id": at, "file_name": f"{at}.png", **size})
            annotations += [annotate(at, 1_000 * at + n, each) for n, each in enumerate(objects)]
        categories = [{"id": at, "name": name} for at, name in enumerate(("cat", "dog", "owl"))]
        content = {"images": images, "categories": categories, "annotations": annotations}
        (tmp_path / "labels.json").write_text(json.dumps(content))
        spec = make_spec(
            INSTANCES,
            "pets",
            source={"kind": "coco_instances", "path": str(tmp_path), "annotations": "labels.json"},
            checks={"classes": ["cat", "dog"], "untrained": "warning", **checks},
            prepare={"height": 20, "width": 30, "channels": 3},
            train={"model": "yolo_grid"},
            gate={"thresholds": {"ap50": {"min": 0.5}}},
        )
        summary = ingest(spec, tmp_path / "table", tmp_path / "reports/ingest")
        validate(spec, tmp_path / "table", tmp_path / "reports/validate")
        return summary

    return both


def test_sound_objects_pass_and_so_does_an_image_without_any(run: Run, tmp_path: Path) -> None:
    run((*CAT[:1], [20, 2, 28, 9], [19, 1, 29, 12]))  # its box is larger than its region
    rules = read_rules(tmp_path / "reports/validate")
    broken = [name for name, rule in rules.items() if not rule["success"]]
    assert [name for name in broken if "in training" not in name] == []
    assert "at most 100% of the images have no box" in rules
    assert "a region reaches at most 1 px out of its box" in rules


@pytest.mark.parametrize(
    ("bad", "rule", "told"),
    [
        (
            ("cat", [4, 4, 4, 9], [3, 3, 9, 9]),
            "a region has a pixel (checks.broken_labels: drop leaves out others)",
            "box 3 (cat 3, 3, 9, 9): has no pixel",
        ),
        (
            ("cat", [4, 4, 12, 9], [4, 4, 9, 9]),
            "a region reaches at most 1 px out of its box",
            "box 3 (cat 4, 4, 9, 9): reaches 3 px out of it",
        ),
        (
            ("cat", [1, 2, 9, 9], None),
            "no region stands twice",
            "box 3 (cat 1, 2, 9, 9): has the region of box 1",
        ),
        (("owl", [1, 2, 8, 9], None), "labels are known: cat, dog", "'owl'"),
        (
            ("cat", [9, 9, 32, 12], [9, 9, 32, 12]),
            "boxes are at most 1 px outside the image",
            "box 3 (cat 9, 9, 32, 12)",
        ),
    ],
)
def test_a_bad_object_is_named(bad: Object, rule: str, told: str, run: Run) -> None:
    with pytest.raises(BrokenRulesError) as caught:
        run(bad)
    assert rule in str(caught.value)
    assert told in str(caught.value)
    assert "0.png" in str(caught.value)


def test_objects_that_cross_may_have_the_same_box(run: Run) -> None:
    run(("cat", [2, 3, 8, 8], [1, 2, 9, 9]))


def test_one_region_may_be_of_two_classes(run: Run) -> None:
    run(("dog", [1, 2, 9, 9], None))


def test_a_region_may_reach_out_of_its_box_as_far_as_is_tolerated(run: Run) -> None:
    run(("cat", [10, 4, 16, 9], [11, 5, 15, 8]))
    run(("cat", [10, 4, 18, 9], [10, 4, 15, 9]), tolerance=3)


def test_an_image_with_300_objects_is_named(run: Run) -> None:
    many = [("cat", [at % 20, at // 20, at % 20 + 3, at // 20 + 3], None) for at in range(300)]
    with pytest.raises(BrokenRulesError, match=r"at most 100 boxes \(checks\.max_boxes\)"):
        run(*many)
    run(*many, max_boxes=302)


@pytest.mark.parametrize("box", [None, [3, 3, 9, 9]])
def test_objects_without_a_pixel_are_dropped_and_listed_where_that_is_asked_for(
    box: list[int] | None, run: Run, tmp_path: Path
) -> None:
    summary = run(("cat", [4, 4, 4, 9], box), ("dog", [2, 2, 6, 6], None), broken_labels="drop")
    assert summary.cleaned == 1
    edges = ", ".join(map(str, box or [0, 0, 0, 0]))
    assert list(csv.DictReader((tmp_path / "reports/ingest/cleaned.csv").open())) == [
        {"path": "0.png", "left_out": f"box 3 (cat {edges}) has a region without a pixel"}
    ]
    table = pd.concat(pd.read_parquet(each) for each in (tmp_path / "table").glob("*.parquet"))
    row = table.set_index("image_path").loc["0.png"]
    assert list(row.labels) == ["cat", "dog", "dog"]
    assert len(row.masks) == len(row.boxes) / 4 == 3


@pytest.mark.parametrize(
    ("kind", "folder"), [("coco_instances", "coco128"), ("instance_ids", "penn-fudan")]
)
def test_real_objects_break_no_rule(kind: str, folder: str, real_data: Path) -> None:
    keys = find_source(kind, "").recognise(real_data / folder)
    assert keys is not None
    records = list(load_source({"kind": kind, **keys}, "source").read())
    sizes = (
        dict(zip(("width", "height"), find_size(each.sample), strict=True)) for each in records
    )
    rows = [{**each.labels, **size} for each, size in zip(records, sizes, strict=True)]
    names = sorted({name for row in rows for name in row["labels"]})
    checked = InstanceLabels.model_validate({"name": folder, "checks": {"classes": names}})
    derived = checked.derive(pd.DataFrame(rows))
    assert {column: derived[column].dropna().tolist() for column in TEXTS} == {
        column: [] for column in TEXTS
    }
    assert derived.outside_boxes.dropna().tolist() == []
    assert checked.describe(pd.DataFrame(rows)).filled.between(0, 1).sum() >= len(rows) - 2


def labels() -> InstanceLabels:
    return InstanceLabels.model_validate({"name": "pets", "checks": {"classes": ["cat", "dog"]}})


def region(rows: slice, columns: slice) -> str:
    mask = np.zeros(SIZE, bool)
    mask[rows, columns] = True
    return encode_region(mask)


HALF = region(slice(0, 8), slice(0, 4))
SQUARE = (Box((0, 0, 8, 8), "cat"), HALF)


def derive(**changes: Any) -> dict[str, Any]:
    row = {**to_columns([SQUARE]), "width": WIDTH, "height": HEIGHT, **changes}
    derived = labels().derive(pd.DataFrame([row]))
    assert "masks" not in derived
    (found,) = derived.to_dict("records")
    return {
        name: value for name, value in found.items() if "region" in name and isinstance(value, str)
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, {}),
        ({"masks": []}, {"unmatched_regions": "masks has 0 values for 1 labels"}),
        ({"masks": None}, {"unmatched_regions": "masks has 0 values for 1 labels"}),
        ({"masks": [HALF, HALF]}, {"unmatched_regions": "masks has 2 values for 1 labels"}),
        (
            {"masks": ["0<"]},
            {
                "unread_regions": "box 1 (cat 0, 0, 8, 8): counts are broken or do not sum to "
                "600 pixels"
            },
        ),
        (
            {"width": HEIGHT},
            {
                "unread_regions": "box 1 (cat 0, 0, 8, 8): counts are broken or do not sum to "
                "400 pixels"
            },
        ),
        ({"width": None, "height": None}, {}),  # the image cannot be decoded
        ({"boxes": [0, 0, 8]}, {}),  # the rules of boxes tell
    ],
)
def test_columns_that_do_not_fit_together_are_told(
    changes: dict[str, Any], told: dict[str, str]
) -> None:
    assert derive(**changes) == told


@given(*[st.integers(1, 8)] * 4, st.integers(0, 3))
def test_a_region_fits_its_box_and_any_around_it(
    x0: int, y0: int, width: int, height: int, slack: int
) -> None:
    counts = region(slice(y0, y0 + height), slice(x0, x0 + width))
    tight = np.array([x0, y0, x0 + width, y0 + height], np.float64)
    outwards = np.array([-1, -1, 1, 1])
    assert look_at(counts, tight + slack * outwards, SIZE, 0) == (None, None, None)
    assert look_at(counts, tight - slack * outwards, SIZE, slack) == (None, None, None)
    told = f"reaches {slack + 1} px out of it"
    assert look_at(counts, tight - (slack + 1) * outwards, SIZE, slack).outlying == told


def test_a_region_that_is_broken_is_not_dropped() -> None:
    values = to_columns([SQUARE, (SQUARE[0], ""), (SQUARE[0], "0<")])
    assert labels().clean(values) == (values, [])


def test_what_tells_drift() -> None:
    size = {"width": WIDTH, "height": HEIGHT}
    both = [SQUARE, (Box((0, 0, 4, 8), "dog"), HALF)]
    rows = pd.DataFrame([{**to_columns(both), **size}, {**to_columns([]), **size}])
    described = labels().describe(rows)
    assert [*described] == ["labels", "boxes", "box_side", "filled"]
    assert described.boxes.tolist() == [2, 0]
    assert described.filled[0] == pytest.approx((1 / 2 + 1) / 2)
    assert np.isnan(described.filled[1])
