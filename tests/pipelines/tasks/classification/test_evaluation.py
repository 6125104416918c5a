"""The evaluation of a classifier, held against scikit-learn."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn import metrics as reference
from sklearn.datasets import load_digits

from components.core.captions import read_caption
from components.core.errors import ConvoyError
from components.core.parts import Row
from components.core.pictures import GAP, TILE
from models.shared.loading import KERAS_FILE
from pipelines.tasks.classification import TASK
from pipelines.tasks.classification.evaluation import ClassificationEvaluation
from tests.specs import make_spec

CLASSES = ("zebra", "ant", "cat/dog")  # in no alphabetical order
FILES = ("classes.csv", "confusion.csv", "mistakes.csv")
PICTURES = ("confusion.png", "mistakes.png", "ranking.png")


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


DIGITS = [png((image * 15).astype(np.uint8)) for image in load_digits().images[:100]]


def rows_of(truth: np.ndarray) -> list[Row]:
    return [
        {"image": DIGITS[at % 100], "image_path": f"{at}.png", "label": CLASSES[index]}
        for at, index in enumerate(truth)
    ]


def examples(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random classes and probabilities, float32, that sum to 1."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, len(CLASSES), count)
    probabilities = generator.dirichlet(np.full(len(CLASSES), 0.5), count)
    return truth, probabilities.astype(np.float32)


def evaluated(
    truth: np.ndarray, probabilities: np.ndarray, *, batch: int = 10_000, pictures: int = 36
) -> ClassificationEvaluation:
    evaluation = ClassificationEvaluation(CLASSES, pictures)
    rows = rows_of(truth)
    for start in range(0, len(rows), batch):
        part = slice(start, start + batch)
        evaluation.update(rows[part], {"probabilities": probabilities[part]})
    return evaluation


def table(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


@given(st.integers(1, 50), st.integers(0, 1000))
def test_metrics_are_scikit_learns(count: int, seed: int) -> None:
    truth, probabilities = examples(count, seed)
    prediction = probabilities.argmax(axis=1)
    metrics = evaluated(truth, probabilities).metrics()
    *macro, _ = reference.precision_recall_fscore_support(
        truth, prediction, average="macro", zero_division=0
    )
    assert metrics["examples"] == count
    assert metrics["accuracy"] == pytest.approx(reference.accuracy_score(truth, prediction))
    loss = reference.log_loss(truth, probabilities, labels=range(len(CLASSES)))
    assert metrics["log_loss"] == pytest.approx(loss, abs=1e-6)
    means = [metrics[f"macro_{name}"] for name in ("precision", "recall", "f1")]
    assert means == pytest.approx(macro)
    *expected, _ = reference.precision_recall_fscore_support(truth, prediction, zero_division=0)
    for name, values in zip(("precision", "recall", "f1"), expected, strict=True):
        for index, value in zip(np.union1d(truth, prediction), values, strict=True):
            assert metrics[f"{name}/{CLASSES[index]}"] == pytest.approx(value)


@given(st.integers(1, 40))
def test_batches_do_not_matter(batch: int) -> None:
    truth, probabilities = examples(40)
    whole = evaluated(truth, probabilities).metrics()
    parts = evaluated(truth, probabilities, batch=batch).metrics()
    assert parts == pytest.approx(whole)


def test_reports_do_not_depend_on_the_batches(tmp_path: Path) -> None:
    truth, probabilities = examples(40)
    for batch in (7, 40):
        folder = tmp_path / str(batch)
        folder.mkdir()
        evaluated(truth, probabilities, batch=batch, pictures=5).report(folder)
    for name in FILES + PICTURES:
        assert (tmp_path / "7" / name).read_bytes() == (tmp_path / "40" / name).read_bytes()


def test_a_perfect_model() -> None:
    truth = np.array([0, 1, 2, 2])
    metrics = evaluated(truth, np.eye(3, dtype=np.float32)[truth]).metrics()
    assert metrics.pop("log_loss") == 0
    assert metrics.pop("examples") == 4
    assert set(metrics.values()) == {1.0}


def test_a_model_that_is_always_wrong_has_a_finite_loss() -> None:
    truth = np.array([0, 1, 2, 2])
    metrics = evaluated(truth, np.eye(3, dtype=np.float32)[(truth + 1) % 3]).metrics()
    assert metrics.pop("log_loss") == pytest.approx(-np.log(2.0**-23))
    assert metrics.pop("examples") == 4
    assert metrics.pop("kappa") < 0
    assert set(metrics.values()) == {0.0}


def test_of_one_class_nothing_is_told_beyond_chance() -> None:
    truth = np.array([1, 1])
    assert "kappa" not in evaluated(truth, np.eye(3, dtype=np.float32)[truth]).metrics()


def test_a_class_that_does_not_appear_has_no_metrics(tmp_path: Path) -> None:
    truth = np.array([0, 1, 1])
    evaluation = evaluated(truth, np.eye(3, dtype=np.float32)[truth])
    metrics = evaluation.metrics()
    assert "recall/zebra" in metrics
    assert not any(name.endswith("cat/dog") for name in metrics)
    json.dumps(metrics, allow_nan=False)
    evaluation.report(tmp_path)
    last = {"class": "cat/dog", "examples": "0", "precision": "", "recall": "", "f1": ""}
    assert table(tmp_path / "classes.csv")[-1] == last


def test_tables_say_what_was_measured(tmp_path: Path) -> None:
    truth, probabilities = examples(50)
    evaluation = evaluated(truth, probabilities)
    evaluation.report(tmp_path)
    pairs = [(row["actual"], row["predicted"]) for row in table(tmp_path / "confusion.csv")]
    prediction = probabilities.argmax(axis=1)
    expected = [(CLASSES[t], CLASSES[p]) for t, p in zip(truth, prediction, strict=True)]
    assert sorted(pairs) == sorted(expected)
    metrics = evaluation.metrics()
    for row in table(tmp_path / "classes.csv"):
        assert int(row["examples"]) == (truth == CLASSES.index(row["class"])).sum()
        for name in ("precision", "recall", "f1"):
            assert float(row[name]) == pytest.approx(metrics[f"{name}/{row['class']}"], abs=1e-6)


def test_the_most_confident_mistakes_are_kept_in_order(tmp_path: Path) -> None:
    truth, probabilities = examples(200)
    evaluated(truth, probabilities, batch=16, pictures=10).report(tmp_path)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != truth)
    order = wrong[np.argsort(-probabilities.max(axis=1)[wrong], kind="stable")][:10]
    mistakes = table(tmp_path / "mistakes.csv")
    assert [row["image_path"] for row in mistakes] == [f"{at}.png" for at in order]
    for row, at in zip(mistakes, order, strict=True):
        assert row["label"] == CLASSES[truth[at]]
        assert row["prediction"] == CLASSES[probabilities[at].argmax()]
        assert float(row["confidence"]) == pytest.approx(probabilities[at].max(), abs=1e-6)


def test_pictures_open(tmp_path: Path) -> None:
    truth, probabilities = examples(60)
    evaluated(truth, probabilities, pictures=8).report(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {*FILES, *PICTURES}
    with Image.open(tmp_path / "mistakes.png") as sheet:
        assert sheet.width == GAP + 6 * (TILE + GAP)
        assert 2 * TILE < sheet.height < 3 * TILE


def test_no_mistakes_is_a_picture_too(tmp_path: Path) -> None:
    truth = np.array([0, 1, 2])
    evaluated(truth, np.eye(3, dtype=np.float32)[truth]).report(tmp_path)
    assert table(tmp_path / "mistakes.csv") == []
    with Image.open(tmp_path / "mistakes.png") as sheet:
        assert np.asarray(sheet).min() < 100, "it says so"


def test_the_worst_mistakes_are_looked_into(tmp_path: Path) -> None:
    truth, probabilities = examples(60)
    layers = [keras.layers.Conv2D(3, 3), keras.layers.Flatten(), keras.layers.Dense(len(CLASSES))]
    keras.Sequential([keras.Input((9, 9, 1)), *layers]).save(tmp_path / KERAS_FILE)
    evaluated(truth, probabilities, pictures=3).explain(tmp_path, tmp_path)
    with Image.open(tmp_path / "evidence.png") as sheet:
        assert sheet.width == GAP + 6 * (TILE + GAP)
        assert TILE < sheet.height < 3 * TILE, "two mistakes a row"
    assert "HiResCAM" in read_caption(tmp_path / "evidence.png").text


def test_there_is_no_evidence_without_mistakes_or_maps(tmp_path: Path) -> None:
    truth, probabilities = examples(60)
    layers = [keras.Input((9, 9, 1)), keras.layers.Flatten(), keras.layers.Dense(len(CLASSES))]
    keras.Sequential(layers).save(tmp_path / KERAS_FILE)
    evaluated(truth, probabilities).explain(tmp_path, tmp_path)
    evaluated(truth, np.eye(len(CLASSES), dtype=np.float32)[truth]).explain(tmp_path, tmp_path)
    assert not (tmp_path / "evidence.png").exists()


@pytest.mark.parametrize("label", ["wolf", None])
def test_an_unknown_label_is_an_error_that_names_the_image(label: str | None) -> None:
    truth, probabilities = examples(2)
    rows = rows_of(truth)
    rows[1] = {**rows[1], "label": label}
    with pytest.raises(ConvoyError, match=rf"^1\.png: label {label!r} is none of .*zebra, ant"):
        ClassificationEvaluation(CLASSES).update(rows, {"probabilities": probabilities})


def test_a_probability_that_is_no_number_is_an_error() -> None:
    truth, probabilities = examples(3)
    probabilities[2, 0] = np.nan
    with pytest.raises(ConvoyError, match=r"^2\.png: .*not finite"):
        evaluated(truth, probabilities)


def test_no_examples_are_an_error() -> None:
    with pytest.raises(ConvoyError, match="no examples"):
        ClassificationEvaluation(CLASSES).metrics()


def test_an_evaluation_begins_with_the_classes_of_the_model() -> None:
    spec = make_spec(TASK, evaluate={"pictures": 5})
    begun = spec.evaluation.begin(SimpleNamespace(classes=CLASSES))
    assert isinstance(begun, ClassificationEvaluation)
    assert not begun.needs_validation
    assert (begun.classes, begun.pictures) == (CLASSES, 5)


@pytest.mark.parametrize("batch", [7, 10_000])
def test_some_examples_are_measured_as_if_they_were_all(batch: int) -> None:
    truth, probabilities = examples(40)
    chosen = np.array([3, 3, 17, 39, 0])
    evaluation = evaluated(truth, probabilities, batch=batch)
    assert evaluation.examples == 40
    expected = evaluated(truth[chosen], probabilities[chosen]).metrics()
    assert evaluation.metrics_of(chosen) == pytest.approx(expected)
