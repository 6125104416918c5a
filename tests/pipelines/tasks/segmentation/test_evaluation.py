"""The evaluation of masks: what it adds up, keeps, refuses and writes."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sklearn import metrics as reference

from components.core.errors import ConvoyError
from components.core.masks import encode_mask
from components.core.parts import Row
from pipelines.tasks.segmentation import TASK
from pipelines.tasks.segmentation.evaluation import SegmentationEvaluation
from tests.specs import make_spec

CLASSES = ("sky", "road", "car", "person")
VOID = 11
TABLES = ("classes.csv", "images.csv", "confusion_matrix.csv")
PICTURES = ("iou.png", "confusion.png", "best.png", "worst.png")

Masks = list[np.ndarray]


def png(width: int, height: int) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(stream, "PNG")
    return stream.getvalue()


def examples(
    count: int, seed: int = 0, void: float = 0.2, classes: int = 4
) -> tuple[list[Row], Masks]:
    """Rows of images of different sizes, and predicted masks of which some are better."""
    generator = np.random.default_rng(seed)
    rows, predicted = [], []
    for at in range(count):
        width, height = generator.integers(4, 20, 2)
        truth = generator.integers(0, classes, (height, width), np.uint8)
        wrong = generator.random(truth.shape) < generator.uniform(0, 0.8)
        guess = generator.integers(0, classes, truth.shape, np.uint8)
        predicted.append(np.where(wrong, guess, truth))
        truth[generator.random(truth.shape) < void] = VOID
        rows.append(
            {
                "image": png(width, height),
                "image_path": f"scenes/{at}.png",
                "mask": encode_mask(truth),
            }
        )
    return rows, predicted


def evaluated(
    rows: list[Row], predicted: Masks, *, batch: int = 10_000, pictures: int = 36
) -> SegmentationEvaluation:
    evaluation = SegmentationEvaluation(CLASSES, VOID, pictures)
    encoded = np.array([encode_mask(mask) for mask in predicted], object)
    for start in range(0, len(rows), batch):
        part = slice(start, start + batch)
        evaluation.update(rows[part], {"mask": encoded[part]})
    return evaluation


def pixels(rows: list[Row], predicted: Masks) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted classes of all pixels that are not void."""
    truth = np.concatenate(
        [np.asarray(Image.open(io.BytesIO(row["mask"]))).ravel() for row in rows]
    )
    found = np.concatenate([mask.ravel() for mask in predicted])
    return truth[truth != VOID], found[truth != VOID]


def test_metrics_are_scikit_learns() -> None:
    rows, predicted = examples(20)
    metrics = evaluated(rows, predicted, batch=7).metrics()
    truth, found = pixels(rows, predicted)
    every = {"labels": range(4), "average": None}
    matrix = reference.confusion_matrix(truth, found)
    expected = {
        "mean_iou": reference.jaccard_score(truth, found, average="macro"),
        "frequency_weighted_iou": reference.jaccard_score(truth, found, average="weighted"),
        "pixel_accuracy": np.trace(matrix) / matrix.sum(),
        "kappa": reference.cohen_kappa_score(truth, found),
        "mean_class_accuracy": reference.balanced_accuracy_score(truth, found),
        "pixels": len(truth),
        "images": 20,
    }
    for name, iou, recall in zip(
        CLASSES,
        reference.jaccard_score(truth, found, **every),
        reference.recall_score(truth, found, **every),
        strict=True,
    ):
        expected |= {f"iou/{name}": iou, f"accuracy/{name}": recall}
    assert metrics == pytest.approx(expected)
    json.dumps(metrics, allow_nan=False)


def test_worked_example() -> None:
    """Two pixels of sky, one of them taken for road, one of road, one void."""
    truth = encode_mask(np.array([[0, 0, 1, VOID]], np.uint8))
    rows = [{"image": png(4, 1), "image_path": "a.png", "mask": truth}]
    metrics = evaluated(rows, [np.array([[0, 1, 1, 3]], np.uint8)]).metrics()
    assert metrics == pytest.approx(
        {
            "mean_iou": 0.5,
            "frequency_weighted_iou": 0.5,
            "pixel_accuracy": 2 / 3,
            "kappa": 0.4,
            "mean_class_accuracy": 0.75,
            "pixels": 3,
            "images": 1,
            "iou/sky": 0.5,
            "iou/road": 0.5,
            "accuracy/sky": 0.5,
            "accuracy/road": 1.0,
        }
    )


def test_a_class_that_is_only_predicted_counts_in_the_mean_and_has_no_accuracy() -> None:
    truth = encode_mask(np.array([[0, 0, 1, 1]], np.uint8))
    rows = [{"image": png(4, 1), "image_path": "a.png", "mask": truth}]
    metrics = evaluated(rows, [np.array([[0, 0, 1, 2]], np.uint8)]).metrics()
    assert metrics["iou/car"] == 0
    assert "accuracy/car" not in metrics
    assert metrics["mean_iou"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert metrics["mean_class_accuracy"] == pytest.approx(0.75)


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 6), st.integers(1, 4), st.randoms())
def test_neither_batches_nor_order_matter(
    seed: int, count: int, batch: int, random: object
) -> None:
    rows, predicted = examples(count, seed)
    order = list(range(count))
    random.shuffle(order)
    shuffled = evaluated([rows[at] for at in order], [predicted[at] for at in order], batch=batch)
    assert shuffled.metrics() == evaluated(rows, predicted).metrics()


@settings(max_examples=20)
@given(st.integers(0, 1000), st.permutations(range(4)))
def test_renamed_classes_keep_their_metrics(seed: int, order: list[int]) -> None:
    rows, predicted = examples(3, seed)
    before = evaluated(rows, predicted).metrics()
    table = np.arange(256, dtype=np.uint8)
    table[:4] = order
    for row in rows:
        row["mask"] = encode_mask(table[np.asarray(Image.open(io.BytesIO(row["mask"])))])
    after = evaluated(rows, [table[mask] for mask in predicted]).metrics()
    assert after["mean_iou"] == pytest.approx(before["mean_iou"])
    assert after["frequency_weighted_iou"] == pytest.approx(before["frequency_weighted_iou"])
    assert after["iou/" + CLASSES[order[0]]] == before["iou/sky"]


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 4))
def test_a_perfect_prediction_scores_1(seed: int, classes: int) -> None:
    rows, _ = examples(2, seed, void=0, classes=classes)
    truth = [np.asarray(Image.open(io.BytesIO(row["mask"]))) for row in rows]
    metrics = evaluated(rows, truth).metrics()
    scores = {name: value for name, value in metrics.items() if name not in ("pixels", "images")}
    assert set(scores.values()) == {1.0}


def test_what_is_predicted_where_the_truth_is_void_does_not_count() -> None:
    rows, predicted = examples(5)
    truth = [np.asarray(Image.open(io.BytesIO(row["mask"]))) for row in rows]
    other = [np.where(t == VOID, 3 - p, p) for t, p in zip(truth, predicted, strict=True)]
    assert evaluated(rows, other).metrics() == evaluated(rows, predicted).metrics()


def test_tables(tmp_path: Path) -> None:
    rows, predicted = examples(12)
    evaluation = evaluated(rows, predicted, batch=5)
    evaluation.report(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {*TABLES, *PICTURES}
    truth, found = pixels(rows, predicted)
    matrix = pd.read_csv(tmp_path / "confusion_matrix.csv", index_col="true")
    np.testing.assert_array_equal(matrix, reference.confusion_matrix(truth, found))
    classes = pd.read_csv(tmp_path / "classes.csv", index_col="class")
    assert classes.index.to_list() == matrix.columns.to_list() == list(CLASSES)
    assert classes["pixels"].to_list() == np.bincount(truth).tolist()
    for column, score in (
        ("iou", reference.jaccard_score),
        ("accuracy", reference.recall_score),
        ("precision", reference.precision_score),
    ):
        np.testing.assert_allclose(classes[column], score(truth, found, average=None), atol=1e-6)


def test_the_table_of_images_begins_with_the_worst(tmp_path: Path) -> None:
    rows, predicted = examples(12)
    evaluated(rows, predicted, batch=5).report(tmp_path)
    images = pd.read_csv(tmp_path / "images.csv")
    assert images["mean_iou"].is_monotonic_increasing
    assert set(images["image_path"]) == {row["image_path"] for row in rows}
    for path, iou, accuracy in images.itertuples(index=False):
        at = int(Path(path).stem)
        truth, found = pixels(rows[at : at + 1], predicted[at : at + 1])
        expected = reference.jaccard_score(truth, found, average="macro")
        assert iou == pytest.approx(expected, abs=1e-6)
        assert accuracy == pytest.approx((truth == found).mean(), abs=1e-6)


def test_the_best_and_the_worst_images_are_kept_and_no_others() -> None:
    rows, predicted = examples(60)
    evaluation = evaluated(rows, predicted, batch=16, pictures=24)
    scores = sorted((iou, path) for path, iou, _ in evaluation._scores)
    worst = [(case.mean_iou, case.image_path) for case in evaluation._worst]
    best = [(case.mean_iou, case.image_path) for case in evaluation._best]
    assert (worst, best) == (scores[:3], scores[:-4:-1])


def test_reports_do_not_depend_on_the_batches(tmp_path: Path) -> None:
    rows, predicted = examples(10)
    for batch in (3, 10):
        folder = tmp_path / str(batch)
        folder.mkdir()
        evaluated(rows, predicted, batch=batch, pictures=8).report(folder)
    for name in TABLES + PICTURES:
        assert (tmp_path / "3" / name).read_bytes() == (tmp_path / "10" / name).read_bytes()


@pytest.mark.filterwarnings("error")
def test_an_image_of_void_alone_has_no_metrics(tmp_path: Path) -> None:
    rows, predicted = examples(2, void=1.0)
    evaluation = evaluated(rows, predicted)
    assert evaluation.metrics() == {"pixels": 0, "images": 2}
    evaluation.report(tmp_path)
    assert (tmp_path / "images.csv").read_text().splitlines()[1] == "scenes/0.png,,"


def test_no_images_are_an_error() -> None:
    with pytest.raises(ConvoyError, match="no images to measure"):
        SegmentationEvaluation(CLASSES, VOID).metrics()


def test_masks_of_different_sizes_name_the_image() -> None:
    rows, predicted = examples(3)
    height, width = predicted[1].shape
    predicted[1] = predicted[1][:-1, :-2]
    message = f"scenes/1.png: the predicted mask is {width - 2}x{height - 1} pixels, the true one "
    with pytest.raises(ConvoyError, match=f"{message}{width}x{height}"):
        evaluated(rows, predicted)


def test_an_unknown_class_names_the_image_and_the_value() -> None:
    rows, predicted = examples(3)
    truth = np.zeros_like(predicted[2])
    truth[0, 0] = 4
    rows[2]["mask"] = encode_mask(truth)
    message = r"scenes/2.png: mask: 4 is neither one of the model's 4 classes \(0 to 3\) nor void"
    with pytest.raises(ConvoyError, match=message):
        evaluated(rows, predicted)


@pytest.mark.parametrize("mask", [None, b"", b"\x89PNG", png(3, 3)[:40]])
def test_a_mask_that_is_missing_or_broken_names_the_image(mask: bytes | None) -> None:
    rows, predicted = examples(1)
    rows[0]["mask"] = mask
    with pytest.raises(ConvoyError, match="scenes/0.png: mask: "):
        evaluated(rows, predicted)


def test_a_class_may_have_the_name_of_a_tables_column(tmp_path: Path) -> None:
    truth = encode_mask(np.array([[0, 1]], np.uint8))
    evaluation = SegmentationEvaluation(("true", "class"), VOID)
    row = {"image": png(2, 1), "image_path": "a.png", "mask": truth}
    evaluation.update([row], {"mask": np.array([truth], object)})
    evaluation.report(tmp_path)
    lines = (tmp_path / "confusion_matrix.csv").read_text().splitlines()
    assert lines == ["true,true,class", "true,1,0", "class,0,1"]


class Model:
    """What an evaluation must know of a served model."""

    classes = ("sky", "road")


def test_the_classes_are_the_models_own_and_the_rest_is_the_tasks() -> None:
    """A champion may know other classes than those that `checks` names by now."""
    spec = make_spec(
        TASK, checks={"classes": CLASSES, "void": VOID}, evaluate={"pictures": 2 * 4 * 5}
    )
    evaluation = spec.evaluation.begin(Model())
    assert isinstance(evaluation, SegmentationEvaluation)
    assert (evaluation.classes, evaluation.void, evaluation.shown) == (Model.classes, VOID, 5)


def test_some_images_are_measured_as_if_they_were_all() -> None:
    rows, predicted = examples(20)
    chosen = np.array([3, 3, 17, 0])
    evaluation = evaluated(rows, predicted, batch=7)
    expected = evaluated([rows[at] for at in chosen], [predicted[at] for at in chosen]).metrics()
    assert evaluation.examples == 20
    assert evaluation.metrics_of(chosen) == pytest.approx(expected)
