"""What is measured and drawn of a model that finds objects."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.evaluate.intervals import bootstrap_intervals
from pipelines.tasks.detection.evaluation import BoxEvaluation, BoxEvaluator
from tests.pipelines.tasks.shared.boxes.served import CLASSES, batch, prediction, row


@pytest.fixture
def evaluation() -> BoxEvaluation:
    """One image all right, one with a missed and a false box, one without boxes."""
    found = BoxEvaluation(CLASSES, confidence=0.5, pictures=8)
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


def test_metrics(evaluation: BoxEvaluation) -> None:
    metrics = evaluation.metrics()
    assert metrics["ap50/dog"] == pytest.approx(1)
    assert metrics["ap50/cat"] == pytest.approx(51 / 101)  # one of two found, the surest
    assert metrics["ap50"] == pytest.approx((1 + 51 / 101) / 2)
    assert metrics["pascal_ap50"] == pytest.approx((1 + 1 / 2) / 2)
    assert metrics["pascal_11_point_ap50"] == pytest.approx((1 + 6 / 11) / 2)
    assert metrics["f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert (metrics["images"], metrics["boxes"]) == (3, 3)


def test_metrics_of_some_images_are_those_of_them(evaluation: BoxEvaluation) -> None:
    whole = evaluation.metrics_of(np.arange(3))
    assert whole == {name: pytest.approx(evaluation.metrics()[name]) for name in whole}
    assert evaluation.metrics_of(np.array([0, 0]))["f1"] == 1
    assert evaluation.metrics_of(np.array([2])) == {}
    assert {"ap", "ap50", "f1"} <= {*bootstrap_intervals(evaluation)}


def test_batches_one_by_one_come_to_the_same(evaluation: BoxEvaluation) -> None:
    other = BoxEvaluation(CLASSES, confidence=0.5)
    for name in ("a.png", "b.png"):
        other.update(
            [row(name, (0, 0, 9, 9), labels=("cat",))], batch(prediction((0.9, 0, 0, 0, 9, 9)))
        )
        assert other.metrics()["ap50"] == pytest.approx(1)
    assert other.metrics()["images"] == 2


def test_what_is_reported(evaluation: BoxEvaluation, tmp_path: Path) -> None:
    evaluation.report(tmp_path)
    images = pd.read_csv(tmp_path / "images.csv")
    assert images.image_path.tolist() == ["wrong.png", "right.png", "empty.png"]
    assert images.missed.tolist() == [1, 0, 0]
    matrix = pd.read_csv(tmp_path / "confusion_matrix.csv", index_col="true")
    assert matrix.loc["cat"].tolist() == [1, 0, 1]
    assert matrix.loc["background"].tolist() == [1, 0, 0]
    for name in ("confusion", "precision_recall", "sizes", "best", "worst"):
        assert Image.open(tmp_path / f"{name}.png").width > 200


def test_a_report_of_images_without_boxes(tmp_path: Path) -> None:
    evaluation = BoxEvaluation(CLASSES, confidence=0.5)
    evaluation.update([row("empty.png")], batch(prediction()))
    assert evaluation.metrics() == {"images": 1, "boxes": 0}
    evaluation.report(tmp_path)
    assert (tmp_path / "best.png").is_file()


def test_a_label_that_the_model_does_not_know_is_named() -> None:
    evaluation = BoxEvaluation(CLASSES, confidence=0.5)
    rule = r"^a\.png: label 'owl' is none of the model's classes cat, dog$"
    with pytest.raises(ConvoyError, match=rule):
        evaluation.update([row("a.png", (0, 0, 9, 9), labels=("owl",))], batch(prediction()))


def test_a_number_that_is_not_finite_is_named() -> None:
    evaluation = BoxEvaluation(CLASSES, confidence=0.5)
    with pytest.raises(ConvoyError, match=r"^a\.png: a number of the model is not finite$"):
        evaluation.update([row("a.png")], batch(prediction((0.9, 0, np.nan, 0, 9, 9))))


def test_no_images_cannot_be_measured() -> None:
    with pytest.raises(ConvoyError, match="there are no images to measure"):
        BoxEvaluation(CLASSES, confidence=0.5).metrics()


def test_a_model_must_find_something_by_default() -> None:
    part = BoxEvaluator.model_validate({"name": "pets", "evaluate": {}, "gate": {}})
    assert part.gate.thresholds["ap50"].min == 0.1
    assert part.begin(SimpleNamespace(classes=CLASSES)).examples == 0  # type: ignore[arg-type]
