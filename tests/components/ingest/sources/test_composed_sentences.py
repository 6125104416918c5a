"""Sentences that convoy composes itself."""

from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from components.core.table import Record
from components.ingest.ingest import load_source
from components.ingest.sources.sentences.grammar import compose, compose_clause
from components.ingest.sources.sentences.lexicon import NEGATIONS, NEGATIVE, POSITIVE

PATH = "components/ingest/sources/sentences"


def read(count: int, seed: int = 0) -> list[Record]:
    values = {"kind": "composed_sentences", "path": PATH, "count": count, "seed": seed}
    return list(load_source(values, "source").read())


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return read(4_000)


def test_no_two_are_the_same_and_half_of_them_praise(records: list[Record]) -> None:
    assert len({record.sample for record in records}) == len(records) == 4_000
    labels = Counter(record.labels["label"] for record in records)
    assert 0.45 < labels["positive"] / 4_000 < 0.55


def test_the_first_ones_are_the_same_however_many_there_are(records: list[Record]) -> None:
    assert read(50) == records[:50]
    assert read(50, seed=1) != records[:50]


def test_a_bag_of_words_is_in_doubt(records: list[Record]) -> None:
    texts = [record.sample.decode() for record in records]
    labels = [record.labels["label"] for record in records]
    counts = CountVectorizer(token_pattern=r"\S+").fit_transform(texts)
    model = LogisticRegression(max_iter=1_000).fit(counts[:3_000], labels[:3_000])
    assert 0.5 < model.score(counts[3_000:], labels[3_000:]) < 0.85


@pytest.mark.parametrize("positive", [True, False])
def test_a_clause_says_what_it_is_to_say(positive: bool) -> None:
    for seed in range(200):
        clause = compose_clause(np.random.default_rng(seed), "plot", positive)
        negated = any(f"plot {each} " in clause for each in NEGATIONS)
        praises = clause.rpartition(" ")[2] in POSITIVE
        assert praises != (clause.rpartition(" ")[2] in NEGATIVE)
        assert (praises != negated) == positive


def test_what_but_leads_to_counts_and_what_although_begins_does_not() -> None:
    adjectives, seen = {*POSITIVE, *NEGATIVE}, Counter[str]()
    for seed in range(400):
        sentence = compose(np.random.default_rng(seed), True)
        for word, place in ((" , but ", 1), (" , although ", 0)):
            if word in sentence:
                counts = sentence.split(word)[place]
                ends = [each for each in counts.split() if each in adjectives]
                negated = any(f" {each} " in counts for each in NEGATIONS)
                assert not ends or (ends[-1] in POSITIVE) != negated
                seen[word] += len(ends)
    assert min(seen.values()) > 10
