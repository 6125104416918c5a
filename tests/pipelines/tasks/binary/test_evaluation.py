"""The evaluation of probabilities of two classes."""

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.parts import Row
from models.shared.loading import KERAS_FILE
from pipelines.tasks.binary import TASK, evaluation
from pipelines.tasks.binary.evaluation import BinaryEvaluation, brightness
from pipelines.tasks.shared.binary.metrics import best_threshold, binary_metrics
from tests.pipelines.tasks.shared.test_evidence import pooled
from tests.specs import make_spec

CLASSES = ("no_person", "person")
PICTURES = ("calibration", "confusion", "mistakes", "ranking")


def png(value: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (24, 16), (value, value, value)).save(stream, "PNG")
    return stream.getvalue()


def examples(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count)
    logits = 2 * labels - 0.5 + generator.normal(0, 1.5, count)
    return labels, (1 / (1 + np.exp(-logits))).astype(np.float32)


def evaluated(labels: np.ndarray, probabilities: np.ndarray, batch: int = 1000) -> BinaryEvaluation:
    evaluation = BinaryEvaluation(CLASSES, pictures=8)
    rows: list[Row] = [
        {
            "image": png(at % 256),
            "image_path": f"{at:03}.png",
            "label": CLASSES[label],
            "person_area": None if at % 3 else 0.1 * label,
        }
        for at, label in enumerate(labels)
    ]
    for start in range(0, len(rows), batch):
        part = slice(start, start + batch)
        evaluation.update(rows[part], {"probability": probabilities[part]})
    return evaluation


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on 60 examples, with a threshold."""
    folder = tmp_path_factory.mktemp("report")
    evaluation = evaluated(*examples(60))
    evaluation.tune(evaluated(*examples(60, seed=1)))
    evaluation.report(folder)
    return folder


def test_metrics_do_not_depend_on_the_batches() -> None:
    labels, probabilities = examples(50)
    expected = {**binary_metrics(labels, probabilities), "examples": 50}
    for batch in (1, 7, 50):
        assert evaluated(labels, probabilities, batch).metrics() == pytest.approx(expected)


def test_the_threshold_is_that_of_the_validation_split() -> None:
    evaluation = evaluated(*examples(50))
    validation = examples(50, seed=1)
    evaluation.tune(evaluated(*validation))
    metrics = evaluation.metrics()
    labels, probabilities = examples(50)
    assert metrics["threshold"] == best_threshold(*validation)
    correct = (probabilities >= metrics["threshold"]) == labels
    assert metrics["accuracy_at_threshold"] == pytest.approx(correct.mean())


def test_validation_with_one_class_gives_no_threshold() -> None:
    evaluation = evaluated(*examples(5))
    evaluation.tune(evaluated(np.zeros(3, int), np.zeros(3, np.float32)))
    assert "threshold" not in evaluation.metrics()


def test_a_single_example_has_metrics() -> None:
    metrics = evaluated(np.array([1]), np.array([0.8], np.float32)).metrics()
    assert metrics["accuracy"] == 1
    assert "roc_auc" not in metrics


def test_probabilities_are_a_column_of_float32(report: Path) -> None:
    table = pq.read_table(report / "probabilities.parquet")
    assert [(field.name, str(field.type)) for field in table.schema] == [("probability", "float")]
    np.testing.assert_array_equal(table["probability"], examples(60)[1])


def test_predictions_say_what_the_probabilities_are_about(report: Path) -> None:
    labels, probabilities = examples(60)
    table = pd.read_csv(report / "predictions.csv")
    assert table["image_path"].tolist() == [f"{at:03}.png" for at in range(60)]
    assert table["label"].tolist() == [CLASSES[label] for label in labels]
    np.testing.assert_allclose(table["probability"], probabilities, atol=1e-6)
    np.testing.assert_allclose(table["brightness"], np.arange(60) / 255, atol=1e-6)
    assert table["person_area"].isna().tolist() == [at % 3 != 0 for at in range(60)]


def test_tables(report: Path) -> None:
    labels, probabilities = examples(60)
    pairs = pd.read_csv(report / "confusion.csv")
    assert (pairs["actual"] == "person").tolist() == (labels == 1).tolist()
    assert (pairs["predicted"] == "person").tolist() == (probabilities >= 0.5).tolist()
    slices = pd.read_csv(report / "slices.csv")
    assert slices.loc[0, "examples"] == 60
    assert slices.loc[0, "accuracy"] == pytest.approx(((probabilities >= 0.5) == labels).mean())
    mistakes = pd.read_csv(report / "mistakes.csv")
    assert len(mistakes) == 8
    wrong = {f"{at:03}.png" for at in np.flatnonzero((probabilities >= 0.5) != labels)}
    assert set(mistakes["image_path"]) <= wrong
    assert pd.read_csv(report / "calibration.csv")["examples"].sum() == 60


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name: str, report: Path) -> None:
    with Image.open(report / f"{name}.png") as image:
        image.load()


def test_one_class_has_no_curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        evaluation, "measure_conditions", lambda examples: examples
    )  # takes seconds
    evaluated(np.ones(3, int), np.full(3, 0.7, np.float32)).report(tmp_path)
    assert not (tmp_path / "ranking.png").exists()
    assert (tmp_path / "calibration.png").is_file()


def test_the_network_is_looked_into(tmp_path: Path) -> None:
    pooled().save(tmp_path / KERAS_FILE)
    evaluated(*examples(20)).explain(tmp_path, tmp_path)
    assert {file.name for file in tmp_path.glob("*.png")} == {
        "evidence_correct.png",
        "evidence_wrong.png",
    }


def test_brightness_is_between_0_and_1() -> None:
    assert [brightness(png(value)) for value in (0, 51, 255)] == [0, 0.2, 1]


def test_an_unknown_label_is_named() -> None:
    row = {"image": png(0), "image_path": "a.png", "label": "dog", "person_area": None}
    evaluation = BinaryEvaluation(CLASSES)
    with pytest.raises(ConvoyError, match="a.png: label 'dog' is none of .* no_person, person"):
        evaluation.update([row], {"probability": np.zeros(1, np.float32)})


def test_a_probability_that_is_not_finite_is_named() -> None:
    with pytest.raises(ConvoyError, match=r"001\.png: the model's probability is not finite"):
        evaluated(np.zeros(3, int), np.array([0.1, np.nan, 0.2], np.float32))


def test_no_examples() -> None:
    with pytest.raises(ConvoyError, match="no examples"):
        BinaryEvaluation(CLASSES).metrics()


def test_an_evaluation_begins_with_the_classes_of_the_model() -> None:
    spec = make_spec(TASK, checks={"classes": CLASSES}, evaluate={"pictures": 5})
    begun = spec.evaluation.begin(SimpleNamespace(classes=CLASSES))
    assert isinstance(begun, BinaryEvaluation)
    assert begun.needs_validation
    assert begun.classes == CLASSES
    assert begun._cases.limit == 5


def test_some_examples_are_measured_as_if_they_were_all() -> None:
    labels, probabilities = examples(60)
    chosen = np.array([3, 3, 17, 59, 0])
    evaluation, expected = (
        evaluated(labels, probabilities),
        evaluated(labels[chosen], probabilities[chosen]),
    )
    for each in (evaluation, expected):
        each.tune(evaluated(*examples(60, seed=1)))
    assert evaluation.examples == 60
    assert evaluation.metrics_of(chosen) == pytest.approx(expected.metrics())
