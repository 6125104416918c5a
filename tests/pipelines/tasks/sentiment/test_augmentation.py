"""Random changes of texts."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.samples.text import FIRST, PADDING, UNKNOWN
from pipelines.tasks.sentiment.augmentation import WordAugmentation, drop_words, swap_words

FIXED = ("not", "but")
LENGTH = 8


def augmentation(**shares: float) -> WordAugmentation:
    return WordAugmentation.model_validate(
        {"name": "toy", "augment": shares, "prepare": {"fixed": FIXED}}
    )


def changed(words: list[list[int]], **shares: float) -> np.ndarray:
    batch = {"text": tf.constant(words, tf.int32), "label": tf.range(len(words))}
    seeds = tf.stack([tf.range(len(words)), tf.zeros(len(words), tf.int32)], axis=1)
    outputs = augmentation(**shares)(batch, seeds)
    np.testing.assert_array_equal(outputs["label"], batch["label"])
    return outputs["text"].numpy()


texts = st.lists(
    st.lists(st.integers(0, 9), min_size=LENGTH, max_size=LENGTH), min_size=1, max_size=4
)


def test_off_by_default() -> None:
    words = [[5, 6, 7, 8, 9, 0, 0, 0]]
    np.testing.assert_array_equal(changed(words), words)


@settings(max_examples=30)
@given(texts)
def test_fixed_words_and_padding_stay_and_nothing_passes_them(words: list[list[int]]) -> None:
    found = changed(words, word_dropout=0.5, word_swap=0.5)
    for before, after in zip(words, found.tolist(), strict=True):
        parts = [
            [each if each in (PADDING, FIRST, FIRST + 1) else None for each in text]
            for text in (before, after)
        ]
        assert parts[0] == parts[1]


@settings(max_examples=30)
@given(texts)
def test_a_swap_loses_no_word(words: list[list[int]]) -> None:
    found = changed(words, word_swap=0.9)
    assert [sorted(text) for text in found.tolist()] == [sorted(text) for text in words]


def test_the_share_of_words_that_are_dropped() -> None:
    found = changed([[5] * 100] * 200, word_dropout=0.3)
    assert (found == UNKNOWN).mean() == pytest.approx(0.3, abs=0.02)


def test_neighbours_change_places() -> None:
    words = tf.constant([[5, 6, 7, 8, 2, 9]])
    movable = words > 3
    chosen = tf.constant([[True, False, False, True, True, True]])
    assert swap_words(words, chosen, movable).numpy().tolist() == [[6, 5, 7, 8, 2, 9]]
    both = tf.constant([[True, True, True, False, False, False]])
    assert swap_words(words, both, movable).numpy().tolist() == [[6, 5, 7, 8, 2, 9]]


def test_dropped_words_are_unknown() -> None:
    words = tf.constant([[5, 2, 7]])
    everything = tf.fill((1, 3), True)
    dropped = drop_words(words, everything, words > 3)
    assert dropped.numpy().tolist() == [[UNKNOWN, 2, UNKNOWN]]
