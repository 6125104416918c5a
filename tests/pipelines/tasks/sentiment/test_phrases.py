"""What in texts speaks for an answer, in networks whose weights say it."""

import keras
import numpy as np
import pytest

from components.samples.text import FIRST, TextSample
from models import build_model
from pipelines.tasks.sentiment.phrases import find_phrases, word_evidence

WORDS = ("bad", "good", "film", "a")
CLASSES = ("neg", "pos")
LENGTH = 6


def sample_of(length: int = LENGTH, width: int = 2) -> TextSample:
    blocks = {"prepare": {"length": length}, "embedding": {"width": width}}
    return TextSample.model_validate({"name": "toy", **blocks}).knowing(WORDS)


def opinionated() -> keras.Model:
    """One filter a class over single words: 3 for good, and 1 for bad, against it."""
    keras.utils.clear_session()
    sample = sample_of()
    vectors = keras.Input(sample.shape)
    maps = keras.layers.Conv1D(2, 1, activation="relu", name="conv")(vectors)
    pooled = keras.layers.GlobalMaxPooling1D()(maps)
    logits = keras.layers.Dense(1, name="logits")(pooled)
    body = keras.Model(vectors, logits, name="body")
    network = sample.entrance(body, None, raw=False)  # type: ignore[arg-type]
    table = np.zeros((FIRST + len(WORDS), 2))
    table[FIRST] = (0, 1)
    table[FIRST + 1] = (1, 0)
    network.get_layer("embedding").set_weights([table])
    body.get_layer("conv").set_weights([np.eye(2)[None], np.zeros(2)])
    body.get_layer("logits").set_weights([np.array([[3.0], [-1.0]]), np.array([0.5])])
    return network


def test_gradient_times_input_is_what_a_word_adds() -> None:
    evidence = word_evidence(opinionated(), sample_of(), [b"a good film", b"Bad, bad"])
    assert evidence[0] == [("a", 0.0), ("good", pytest.approx(3)), ("film", 0.0)]
    assert sum(value for _, value in evidence[1]) == pytest.approx(-1)


def test_words_that_the_network_has_not_read_have_none() -> None:
    (evidence,) = word_evidence(opinionated(), sample_of(), [b"a film " * 9 + b"good"])
    assert len(evidence) == LENGTH


def test_phrases_and_the_texts_that_they_are_found_in() -> None:
    texts = [b"a good film", b"good", b"a bad film", b"film"]
    table = find_phrases(opinionated(), sample_of(), texts, CLASSES, most=5)
    assert table.to_dict("records") == [
        {"answer": "neg", "phrase": "bad", "evidence": pytest.approx(1), "texts": 1},
        {"answer": "pos", "phrase": "good", "evidence": pytest.approx(6), "texts": 2},
    ]


@pytest.mark.parametrize("model", ["text_cnn", "kim_cnn"])
def test_the_evidence_of_all_filters_is_that_of_the_logit(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.tasks.sentiment import phrases

    monkeypatch.setattr(phrases, "FILTERS", 1_000)
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    sample = sample_of(length=20, width=4)
    network = sample.entrance(build_model(model, sample.shape, 1, {}), None, raw=False)  # type: ignore[arg-type]
    text = b"a good film , a bad film , a good good film , a bad bad film , a film"
    table = find_phrases(network, sample, [text], CLASSES, most=1_000)
    signed = table["evidence"].where(table["answer"] == "pos", -table["evidence"])
    logit = float(network(sample.serve(np.array([text]))[0])[0, 0])
    assert signed.sum() == pytest.approx(logit, abs=1e-4)  # all biases are zero
    longest = {"text_cnn": 14, "kim_cnn": 5}[model]
    assert table["phrase"].str.split().str.len().max() == longest


def test_what_the_bag_says_is_said_by_no_phrase(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.tasks.sentiment import phrases

    monkeypatch.setattr(phrases, "FILTERS", 1_000)
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    sample = sample_of(length=20, width=4)
    body = build_model("kim_cnn", sample.shape, 1, {"bag": True})
    network = sample.entrance(body, None, raw=False)  # type: ignore[arg-type]
    text = b"a good film , a bad film , a good good film , a bad bad film , a film"
    table = find_phrases(network, sample, [text], CLASSES, most=1_000)
    signed = table["evidence"].where(table["answer"] == "pos", -table["evidence"])
    vectors = network.get_layer("embedding")(sample.serve(np.array([text]))[0])
    of_filters = keras.Model(body.input, body.get_layer("logits").output)
    assert signed.sum() == pytest.approx(float(of_filters(vectors)[0, 0]), abs=1e-4)


def test_no_phrase_is_no_row() -> None:
    table = find_phrases(opinionated(), sample_of(), [b"", b"film"], CLASSES, most=5)
    assert list(table) == ["answer", "phrase", "evidence", "texts"]
    assert len(table) == 0


def test_a_network_that_pools_otherwise_has_none() -> None:
    keras.utils.clear_session()
    sample = sample_of()
    vectors = keras.Input(sample.shape)
    logits = keras.layers.Dense(1)(keras.layers.Flatten()(vectors))
    network = sample.entrance(keras.Model(vectors, logits), None, raw=False)  # type: ignore[arg-type]
    assert len(find_phrases(network, sample, [b"a good film"], CLASSES, most=5)) == 0
