"""Sound boxes pass; each kind of bad box stops the run and is named, or is dropped and listed."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.core.boxes import Box, to_columns
from components.core.errors import ConvoyError
from components.core.parts import Labels
from components.ingest.ingest import ingest
from components.ingest.summary import IngestSummary, describe_cleaned
from components.validate.validate import BrokenRulesError, validate
from pipelines.tasks.detection import TASK
from pipelines.tasks.shared.boxes.labels import BoxLabels
from tests.specs import make_spec
from tests.tables import read_rules

HEADER = "image,xmin,ymin,xmax,ymax,label,split"
SIZE = (30, 20)
Row = tuple[object, ...]
Run = Callable[..., IngestSummary]

SOUND: Sequence[Row] = (
    ("0.png", 1, 2, 9, 9, "cat", "train"),
    ("0.png", 5, 5, 30, 20, "dog", "train"),
    ("1.png", 0, 0, 30, 20, "cat", "train"),
    ("2.png", 0, 0, 8, 8, "dog", "val"),
    ("3.png", 0, 0, 8, 8, "dog", "test"),
    ("4.png", "", "", "", "", "", "train"),
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Ingests a CSV of boxes and validates it."""

    def both(*more: Row, rows: Sequence[Row] = SOUND, **checks: Any) -> IngestSummary:
        listed = [*rows, *more]
        for at, name in enumerate(sorted({str(row[0]) for row in listed})):
            pixels = np.random.default_rng(at).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name)
        lines = [HEADER, *(",".join(map(str, row)) for row in listed)]
        (tmp_path / "boxes.csv").write_text("\n".join(lines) + "\n")
        spec = make_spec(
            TASK,
            "pets",
            source={"kind": "csv_boxes", "path": str(tmp_path / "boxes.csv")},
            checks={"classes": ["cat", "dog"], **checks},
            prepare={"height": 20, "width": 30, "channels": 3},
            train={"model": "yolo_grid"},
            gate={"thresholds": {"ap50": {"min": 0.5}}},
        )
        summary = ingest(spec, tmp_path / "table", tmp_path / "reports/ingest")
        validate(spec, tmp_path / "table", tmp_path / "reports/validate")
        return summary

    return both


def test_sound_boxes_pass_and_images_without_boxes_are_counted(run: Run, tmp_path: Path) -> None:
    run()
    rules = read_rules(tmp_path / "reports/validate")
    assert all(rule["success"] for rule in rules.values())
    assert "at most 100% of the images have no box" in rules


@pytest.mark.parametrize(
    ("row", "rule", "told"),
    [
        (("5.png", 4, 4, 4, 9, "cat", "train"), "a box has an area", "box 1 (cat 4, 4, 4, 9)"),
        (("5.png", 9, 4, 4, 9, "cat", "train"), "a box has an area", "box 1 (cat 9, 4, 4, 9)"),
        (
            ("0.png", 9, 9, 32, 12, "cat", "train"),
            "boxes are at most 1 px outside the image",
            "box 3 (cat 9, 9, 32, 12)",
        ),
        (("5.png", -2, 4, 9, 9, "cat", "train"), "outside the image", "box 1 (cat -2, 4, 9, 9)"),
        (("5.png", 1, 4, 9, 9, "owl", "train"), "labels are known: cat, dog", "'owl'"),
        (("0.png", 1, 2, 9, 9, "cat", "train"), "no box stands twice", "cat 1, 2, 9, 9"),
    ],
)
def test_a_bad_box_is_named(row: Row, rule: str, told: str, run: Run) -> None:
    with pytest.raises(BrokenRulesError) as caught:
        run(row)
    assert rule in str(caught.value)
    assert told in str(caught.value)
    assert str(row[0]) in str(caught.value)


def test_a_box_may_reach_beyond_the_image_as_far_as_is_tolerated(run: Run) -> None:
    run(("5.png", -1, 4, 31, 9, "cat", "train"))
    run(("5.png", -3, 4, 33, 9, "cat", "train"), tolerance=3)


def test_an_image_with_more_boxes_than_are_learnt_is_named(run: Run) -> None:
    many = [
        ("5.png", at % 20, at // 20, at % 20 + 3, at // 20 + 3, "cat", "train") for at in range(300)
    ]
    with pytest.raises(BrokenRulesError, match=r"at most 100 boxes \(checks\.max_boxes\)"):
        run(*many)
    run(*many, max_boxes=300)


def test_every_class_needs_a_box_in_training(run: Run) -> None:
    with pytest.raises(BrokenRulesError, match="owl has a box in training"):
        run(classes=["cat", "dog", "owl"])
    run(classes=["cat", "dog", "owl"], untrained="warning")


def test_too_many_images_without_a_box_stop_the_run(run: Run) -> None:
    with pytest.raises(BrokenRulesError, match="at most 10% of the images have no box"):
        run(without_boxes=0.1)


def test_boxes_without_area_are_dropped_and_listed_where_that_is_asked_for(
    run: Run, tmp_path: Path
) -> None:
    summary = run(("0.png", 4, 4, 4, 9, "cat", "train"), broken_labels="drop")
    assert summary.cleaned == 1
    file = tmp_path / "reports/ingest/cleaned.csv"
    assert describe_cleaned(summary) == f"left out of labels: 1; see {file}"
    assert list(csv.DictReader(file.open())) == [
        {"path": "0.png", "left_out": "box 3 (cat 4, 4, 4, 9) has no area"}
    ]
    table = pd.concat(pd.read_parquet(each) for each in (tmp_path / "table").glob("*.parquet"))
    assert list(table.set_index("image_path").labels["0.png"]) == ["cat", "dog"]


def test_nothing_is_said_where_nothing_is_left_out(run: Run, tmp_path: Path) -> None:
    assert describe_cleaned(run(broken_labels="drop")) == ""
    assert (tmp_path / "reports/ingest/cleaned.csv").read_text() == "path,left_out\n"


def labels() -> BoxLabels:
    return BoxLabels.model_validate({"name": "pets", "checks": {"classes": ["cat", "dog"]}})


def test_columns_that_do_not_fit_together_are_told() -> None:
    row = {**to_columns([Box((0, 0, 2, 2), "cat")]), "width": 9, "height": 9}
    derived = labels().derive(pd.DataFrame([{**row, "boxes": [0, 0, 2]}, row]))
    assert derived.incomplete.tolist() == ["boxes has 3 values for 1 labels", None]


def test_what_tells_drift() -> None:
    boxes = [Box((0, 0, 4, 4), "cat"), Box((0, 0, 8, 8), "dog")]
    size = {"width": 16, "height": 16}
    rows = pd.DataFrame([{**to_columns(boxes), **size}, {**to_columns([]), **size}])
    described = labels().describe(rows)
    assert described.labels.tolist() == [["cat", "dog"], None]
    assert described.boxes.tolist() == [2, 0]
    assert described.box_side[0] == pytest.approx((1 / 4 + 1 / 2) / 2)
    assert np.isnan(described.box_side[1])


def test_boxes_are_drawn_in_the_colours_of_their_classes() -> None:
    row = to_columns([Box((10, 10, 30, 25), "cat"), Box((40, 5, 55, 50), "dog", difficult=True)])
    before = Image.new("RGB", (60, 60), "white")
    after = labels().draw(before, row)
    assert max(after.size) >= 480
    assert np.any(np.asarray(after) != 255)
    assert labels().draw(before, to_columns([])).getextrema() == ((255, 255),) * 3


def test_tasks_leave_labels_as_they_are_unless_they_say_otherwise() -> None:
    values = {"label": "cat"}
    assert Labels.clean(labels(), values) == (values, ())


def test_two_classes_of_one_name_are_refused() -> None:
    with pytest.raises(Exception, match="two classes have the same name"):
        BoxLabels.model_validate({"name": "pets", "checks": {"classes": ["cat", "cat"]}})
    with pytest.raises(ConvoyError, match=r"toy\.checks: Field required"):
        make_spec(TASK, source={"kind": "csv_boxes"}, train={"model": "yolo_grid"})
