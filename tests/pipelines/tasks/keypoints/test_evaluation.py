"""The evaluation of keypoints: what it adds up, keeps and draws."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.facial_points import COLUMNS, KEYPOINTS
from components.core.parts import Prediction, Row
from pipelines.tasks.keypoints import TASK
from pipelines.tasks.keypoints.evaluation import KeypointEvaluation
from pipelines.tasks.keypoints.test_time import (
    VIEWS,
    AveragedBeside,
    average_predictions,
)
from tests.specs import make_spec

TABLES = ("points.csv", "error_cdf.csv", "cases.csv")
PICTURES = ("points.png", "error_cdf.png", "cases.png")


def png(width: int = 64, height: int = 48) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(stream, "PNG")
    return stream.getvalue()


FACE = png()


def examples(count: int, seed: int = 0) -> tuple[list[Row], np.ndarray]:
    """Rows of faces, some points missing, and predictions whose errors differ by row."""
    generator = np.random.default_rng(seed)
    truth = generator.uniform(5, 43, (count, 15, 2))
    predicted = truth + generator.normal(size=truth.shape) * generator.gamma(2, 1, (count, 1, 1))
    truth[generator.random((count, 15)) < 0.3] = np.nan
    rows = [
        {
            "image": FACE,
            "image_path": f"faces/{at}.png",
            "width": 64,
            "height": 48,
            "keypoints": points.reshape(-1).astype(np.float32),
        }
        for at, points in enumerate(truth)
    ]
    return rows, predicted.astype(np.float32)


def evaluated(
    rows: list[Row], predicted: np.ndarray, *, batch: int = 10_000, pictures: int = 36
) -> KeypointEvaluation:
    evaluation = KeypointEvaluation(pictures)
    for start in range(0, len(rows), batch):
        part = slice(start, start + batch)
        evaluation.update(rows[part], {"keypoints": predicted[part]})
    return evaluation


def distances(rows: list[Row], predicted: np.ndarray) -> np.ndarray:
    """At 96x96, where a face of 64x48 is 1.5 times as wide and twice as high."""
    truth = np.array([row["keypoints"] for row in rows]).reshape(predicted.shape)
    return np.hypot(*np.moveaxis((predicted - truth) * (1.5, 2.0), 2, 0))


def test_metrics() -> None:
    rows, predicted = examples(50)
    metrics = evaluated(rows, predicted, batch=7).metrics()
    every = distances(rows, predicted)
    assert metrics["mean_pixel_error"] == pytest.approx(np.nanmean(every), rel=1e-5)
    assert metrics["median_pixel_error"] == pytest.approx(
        np.median(np.nanmean(every, axis=1)), rel=1e-5
    )
    assert (metrics["examples"], metrics["labelled_points"]) == (50, (~np.isnan(every)).sum())
    for name, errors in zip(KEYPOINTS, every.T, strict=True):
        assert metrics[f"pixel_error/{name}"] == pytest.approx(np.nanmean(errors), rel=1e-5)
    eyes = np.array([row["keypoints"][:4] for row in rows], np.float64)
    between = np.hypot((eyes[:, 0] - eyes[:, 2]) * 1.5, (eyes[:, 1] - eyes[:, 3]) * 2)
    expected = np.nanmean(np.nanmean(every, axis=1) / between)
    assert metrics["nme_eyes"] == pytest.approx(expected, rel=1e-5)
    json.dumps(metrics, allow_nan=False)


def test_reports_do_not_depend_on_the_batches(tmp_path: Path) -> None:
    rows, predicted = examples(40)
    for batch in (7, 40):
        folder = tmp_path / str(batch)
        folder.mkdir()
        evaluated(rows, predicted, batch=batch, pictures=9).report(folder)
    assert {file.name for file in folder.iterdir()} == {*TABLES, *PICTURES}
    for name in TABLES + PICTURES:
        assert (tmp_path / "7" / name).read_bytes() == (tmp_path / "40" / name).read_bytes()


def test_tables(tmp_path: Path) -> None:
    rows, predicted = examples(60)
    evaluated(rows, predicted, batch=16, pictures=12).report(tmp_path)
    every = distances(rows, predicted)
    points = pd.read_csv(tmp_path / "points.csv", index_col="point")
    assert points.index.to_list() == list(KEYPOINTS)
    assert points["labelled"].to_list() == (~np.isnan(every)).sum(axis=0).tolist()
    np.testing.assert_allclose(points["mean_pixel_error"], np.nanmean(every, axis=0), atol=1e-5)
    errors = np.nanmean(every, axis=1)
    curve = pd.read_csv(tmp_path / "error_cdf.csv")
    expected = np.quantile(errors, curve["share"])
    np.testing.assert_allclose(curve["mean_pixel_error"], expected, atol=1e-5)


def test_the_best_the_worst_and_median_cases(tmp_path: Path) -> None:
    rows, predicted = examples(60)
    evaluated(rows, predicted, batch=16, pictures=12).report(tmp_path)
    errors = np.nanmean(distances(rows, predicted), axis=1)
    cases = pd.read_csv(tmp_path / "cases.csv")
    paths = {kind: group["image_path"].to_list() for kind, group in cases.groupby("kind")}
    names = np.array([row["image_path"] for row in rows])
    assert paths["best"] == names[np.argsort(errors)[:4]].tolist()
    assert paths["worst"] == names[np.argsort(-errors)[:4]].tolist()
    median = cases.loc[cases["kind"] == "median", "mean_pixel_error"]
    assert len(median) == 4
    assert np.abs(median - np.median(errors)).max() < 0.3


def test_memory_is_bounded() -> None:
    rows, predicted = examples(500)
    evaluation = evaluated(rows, predicted, batch=50, pictures=9)
    kept = (evaluation._cases._best, evaluation._cases._worst, evaluation._cases._sample)
    assert [len(cases) for cases in kept] == [3, 3, 30]


@pytest.mark.parametrize(("count", "pictures"), [(1, 36), (5, 36), (9, 24), (40, 24), (3, 1)])
def test_any_number_of_pictures(count: int, pictures: int, tmp_path: Path) -> None:
    evaluated(*examples(count), pictures=pictures).report(tmp_path)
    with Image.open(tmp_path / "cases.png") as sheet:
        assert sheet.height > 3 * 180


def test_a_point_without_labels_has_no_metric(tmp_path: Path) -> None:
    rows, predicted = examples(5)
    for row in rows:
        row["keypoints"][:2] = np.nan
    evaluation = evaluated(rows, predicted)
    evaluation.report(tmp_path)
    metrics = evaluation.metrics()
    assert "pixel_error/left_eye_center" not in metrics
    assert "nme_eyes" not in metrics
    json.dumps(metrics, allow_nan=False)
    assert (tmp_path / "points.csv").read_text().splitlines()[1] == "left_eye_center,0,"


def test_a_face_without_labels_is_no_case(tmp_path: Path) -> None:
    rows, predicted = examples(3)
    rows[1]["keypoints"][:] = np.nan
    evaluated(rows, predicted).report(tmp_path)
    assert "faces/1.png" not in (tmp_path / "cases.csv").read_text()


def test_eyes_in_one_place_are_left_out() -> None:
    rows, predicted = examples(2)
    rows[0]["keypoints"][:4] = 10.0
    rows[1]["keypoints"][:4] = (40.0, 10.0, 20.0, 10.0)
    error = np.nanmean(distances(rows, predicted)[1])
    assert evaluated(rows, predicted).metrics()["nme_eyes"] == pytest.approx(error / 30)


def test_a_perfect_model() -> None:
    rows, _ = examples(4)
    truth = np.array([row["keypoints"] for row in rows]).reshape(-1, 15, 2)
    metrics = evaluated(rows, np.nan_to_num(truth)).metrics()
    assert metrics["mean_pixel_error"] == metrics["rmse"] == metrics["nme_eyes"] == 0
    assert metrics["pck_5_percent"] == 1


def test_a_prediction_that_is_no_number_names_the_image() -> None:
    rows, predicted = examples(3)
    predicted[1, 4, 0] = np.nan
    with pytest.raises(ConvoyError, match=r"^faces/1\.png: .*not finite"):
        evaluated(rows, predicted)


def test_nothing_labelled_is_an_error(tmp_path: Path) -> None:
    rows, predicted = examples(2)
    for row in rows:
        row["keypoints"] = np.full(len(COLUMNS), np.nan)
    evaluation = evaluated(rows, predicted)
    with pytest.raises(ConvoyError, match="no labelled points"):
        evaluation.metrics()
    with pytest.raises(ConvoyError, match="no labelled points"):
        evaluation.report(tmp_path)


class Finder:
    """A served model that puts every point at the brightest pixel; it counts what it is shown."""

    classes = ()

    def __init__(self) -> None:
        self.shown = 0

    def predict(self, images: Sequence[bytes]) -> Prediction:
        self.shown += len(images)
        keypoints = np.zeros((len(images), 15, 2), np.float32)
        for row, image in enumerate(images):
            pixels = np.asarray(Image.open(io.BytesIO(image)))
            keypoints[row] = np.argwhere(pixels == pixels.max())[0][::-1]
        return {"keypoints": keypoints}


def evaluator(mirrored: bool = True, **evaluate: Any) -> Any:
    augment = {"horizontal_flip": mirrored}
    return make_spec(TASK, evaluate=evaluate, augment=augment).evaluation


def test_views_are_a_switch() -> None:
    assert evaluator().views() == ()
    assert evaluator(test_time_augmentation=True).views() == VIEWS


def test_only_what_training_mirrors_is_mirrored() -> None:
    views = evaluator(mirrored=False, test_time_augmentation=True).views()
    assert views == tuple(view for view in VIEWS if not view.mirrored)


def test_without_views_the_model_is_not_asked(tmp_path: Path) -> None:
    model, (rows, predicted) = Finder(), examples(9)
    evaluation = evaluator(pictures=3).begin(model)
    evaluation.update(rows, {"keypoints": predicted})
    assert evaluation.metrics() == evaluated(rows, predicted).metrics()
    evaluation.report(tmp_path)
    assert len(pd.read_csv(tmp_path / "cases.csv")) == 3
    assert model.shown == 0


@pytest.mark.parametrize("mirrored", [True, False])
def test_averaged_predictions_are_measured_beside_the_plain_ones(mirrored: bool) -> None:
    model, (rows, predicted) = Finder(), examples(5)
    part = evaluator(mirrored, test_time_augmentation=True)
    evaluation = part.begin(model)
    assert isinstance(evaluation, AveragedBeside)
    for batch in (slice(0, 3), slice(3, 5)):
        evaluation.update(rows[batch], {"keypoints": predicted[batch]})
    assert model.shown == 5 * len(part.views())
    images = [row["image"] for row in rows]
    averages = average_predictions(model.predict, images, views=part.views())["keypoints"]
    averaged = evaluated(rows, averages).metrics()
    expected = evaluated(rows, predicted).metrics()
    expected |= {f"tta_{name}": value for name, value in averaged.items()}
    assert evaluation.metrics() == pytest.approx(expected)


def test_some_images_are_measured_as_if_they_were_all() -> None:
    rows, predicted = examples(20)
    chosen = np.array([3, 3, 17, 0])
    evaluation = evaluated(rows, predicted, batch=7)
    beside = AveragedBeside(evaluation, evaluated(rows, predicted), lambda _: {})
    expected = evaluated([rows[at] for at in chosen], predicted[chosen]).metrics()
    assert evaluation.metrics_of(chosen) == pytest.approx(expected)
    averaged = {f"tta_{name}": value for name, value in expected.items()}
    assert beside.metrics_of(chosen) == pytest.approx(expected | averaged)
    assert evaluation.examples == beside.examples == 20
