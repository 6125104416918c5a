"""The evaluation of probabilities of two classes of texts."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.core.captions import read_caption
from components.core.errors import ConvoyError
from components.core.parts import Row
from components.core.vocabulary import VOCABULARY_FILE
from models.shared.loading import KERAS_FILE
from pipelines.tasks.sentiment import TASK
from pipelines.tasks.sentiment.evaluation import KEPT, SentimentEvaluation, colour_words
from pipelines.tasks.sentiment.figures import length_table
from pipelines.tasks.shared.binary.metrics import binary_metrics
from tests.pipelines.tasks.sentiment.test_phrases import WORDS, opinionated
from tests.specs import make_spec

CLASSES = ("neg", "pos")
PICTURES = ("calibration", "confusion", "mistakes", "ranking", "lengths", "phrases")
PICTURES += ("evidence_correct", "evidence_wrong")
TEXTS = (b"a good film", b"a bad film", "😀 $good$ فيلم".encode(), b"film", b"bad " * 400)


def evaluated(
    labels: np.ndarray, probabilities: np.ndarray, pictures: int = 8
) -> SentimentEvaluation:
    evaluation = SentimentEvaluation(CLASSES, pictures)
    rows: list[Row] = [
        {"text": TEXTS[at % len(TEXTS)], "text_path": f"{at}.txt", "label": CLASSES[label]}
        for at, label in enumerate(labels)
    ]
    evaluation.update(rows, {"probability": probabilities})
    return evaluation


def examples(count: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, count)
    return labels, generator.random(count).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on 60 texts, and what a network goes by."""
    folder = tmp_path_factory.mktemp("report")
    evaluation = evaluated(*examples(60))
    evaluation.report(folder)
    opinionated().save(folder / KERAS_FILE)
    (folder / VOCABULARY_FILE).parent.mkdir()
    (folder / VOCABULARY_FILE).write_text("".join(f"{word}\n" for word in WORDS))
    evaluation.explain(folder, folder)
    return folder


def test_metrics_are_those_of_two_classes() -> None:
    labels, probabilities = examples(60)
    expected = {**binary_metrics(labels, probabilities), "examples": 60}
    assert evaluated(labels, probabilities).metrics() == pytest.approx(expected)


def test_predictions_name_their_texts(folder: Path) -> None:
    table = pd.read_csv(folder / "predictions.csv")
    assert list(table) == ["text_path", "label", "probability", "words"]
    assert table["words"].tolist()[:5] == [3, 3, 3, 1, 400]
    mistakes = pd.read_csv(folder / "mistakes.csv")
    assert list(mistakes) == ["text_path", "label", "probability"]
    assert len(mistakes) == 8


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_say_what_they_are(name: str, folder: Path) -> None:
    with Image.open(folder / f"{name}.png") as image:
        image.load()
    assert read_caption(folder / f"{name}.png").alt


def test_phrases_of_both_classes(folder: Path) -> None:
    table = pd.read_csv(folder / "phrases.csv")
    assert table[["answer", "phrase"]].values.tolist() == [["neg", "bad"], ["pos", "good"]]
    assert table["texts"].tolist() == [24, 24]
    assert 'for neg "bad"' in read_caption(folder / "phrases.png").alt


def test_nothing_to_show_is_said(tmp_path: Path) -> None:
    evaluation = evaluated(np.array([1]), np.array([0.9], np.float32))
    evaluation.report(tmp_path)
    assert (tmp_path / "mistakes.png").is_file()
    assert len(pd.read_csv(tmp_path / "mistakes.csv")) == 0


def test_some_texts_are_kept_however_many_come() -> None:
    evaluation = evaluated(*examples(KEPT + 50))
    assert len(evaluation._texts) == KEPT


def test_an_unknown_label_is_named() -> None:
    evaluation = SentimentEvaluation(CLASSES)
    row = {"text": b"a", "text_path": "a.txt", "label": "so so"}
    with pytest.raises(ConvoyError, match=r"a\.txt: label 'so so' is none of .* neg, pos"):
        evaluation.update([row], {"probability": np.zeros(1, np.float32)})


def test_an_evaluation_begins_with_the_classes_of_the_model() -> None:
    spec = make_spec(
        TASK,
        source={"kind": "text_folder"},
        checks={"classes": CLASSES},
        evaluate={"pictures": 5},
    )
    begun = spec.evaluation.begin(SimpleNamespace(classes=CLASSES))
    assert isinstance(begun, SentimentEvaluation)
    assert begun.classes == CLASSES
    assert begun._cases.limit == 5


def test_errors_by_length() -> None:
    lengths = np.repeat([1, 2, 3, 4, 5, 6, 7, 8], 5)
    table = length_table(lengths, lengths > 6)
    assert table["examples"].sum() == 40
    assert table["error"].tolist()[0] == 0
    assert table["error"].tolist()[-1] == 1
    assert (table["longest"].to_numpy()[:-1] < table["shortest"].to_numpy()[1:]).all()
    one = length_table(np.array([3, 3]), np.array([True, False]))
    assert one.to_dict("records") == [{"shortest": 3, "longest": 3, "examples": 2, "error": 0.5}]


def test_colours_of_words() -> None:
    for_, neither, against = colour_words(np.array([2.0, 0.0, -1.0]))
    assert neither == "#ffffff" or int(neither[1:3], 16) > 250
    assert int(for_[5:], 16) < int(for_[1:3], 16)  # red
    assert int(against[1:3], 16) < int(against[5:], 16)  # blue
    assert colour_words(np.zeros(0)) == []
