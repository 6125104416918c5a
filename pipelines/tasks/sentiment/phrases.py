"""What in texts speaks for each of two answers: words, and the phrases that filters look for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from components.core.layers import Field, receptive_fields
from components.core.words import split_words
from components.samples.text import TextSample

BATCH = 64
FILTERS = 8
"""Filters of a text that are looked at: those that say most, for or against."""

COLUMNS = ["answer", "phrase", "evidence", "texts"]


def word_evidence(
    network: keras.Model, sample: TextSample, texts: Sequence[bytes]
) -> list[list[tuple[str, float]]]:
    """How much each word of each text speaks for the positive class: gradient times input.

    After Denil, Demiraj and de Freitas (2014), "Extraction of Salient Sentences from Labelled
    Documents": the first-order change of the logit, were the vector of the word zero.

    Args:
        network: As `TextSample.entrance` makes it, with one logit.
        sample: The kind of its samples, which knows its words.
        texts: UTF-8, one at least.

    Returns:
        The words that the network has read, each with its evidence for (above 0) or against.
    """
    vectors = _vectors(network, sample, texts)
    body = network.layers[-1]
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        logits = body(vectors, training=False)
    evidence = tf.reduce_sum(tape.gradient(logits, vectors) * vectors, axis=-1).numpy()
    length = evidence.shape[1]
    return [
        [(word, float(each)) for word, each in zip(words[:length], row, strict=False)]
        for words, row in zip(_words(texts), evidence, strict=True)
    ]


def find_phrases(
    network: keras.Model,
    sample: TextSample,
    texts: Sequence[bytes],
    classes: Sequence[str],
    most: int,
) -> pd.DataFrame:
    """The phrases that speak most for each class, as the filters have chosen them.

    The greatest value of a filter stands for the words that it covers there. What they say is the
    value times its gradient: of a network whose logit is made of these values alone by its last
    layer, all of them and the bias sum to the logit.

    Args:
        network: As `TextSample.entrance` makes it, with one logit. Its convolutions do not pad;
            without layers `GlobalMaxPooling1D` there are no phrases.
        sample: The kind of its samples, which knows its words.
        texts: UTF-8.
        classes: The negative and the positive class.
        most: Phrases a class.

    Returns:
        A row a phrase, those that say most first: `answer`, the class; `phrase`; `evidence`, the
        change of the logit in favour of the answer, summed over the texts; `texts`, how many.
    """
    evidence: dict[str, float] = defaultdict(float)
    seen: dict[str, set[int]] = defaultdict(set)
    for begin in range(0, len(texts), BATCH):
        part = texts[begin : begin + BATCH]
        for at, phrase, value in _phrases(network, sample, part):
            evidence[phrase] += value
            seen[phrase].add(begin + at)
    table = pd.DataFrame(
        [(phrase, value, len(seen[phrase])) for phrase, value in evidence.items()],
        columns=COLUMNS[1:],
    )
    sides = [_of_answer(table, *each, most) for each in zip(classes, (-1, 1), strict=True)]
    return pd.concat(sides, ignore_index=True)


def _of_answer(table: pd.DataFrame, answer: str, sign: int, most: int) -> pd.DataFrame:
    """The phrases whose evidence has the sign of the answer, those that say most first."""
    rows = table.assign(answer=answer, evidence=sign * table["evidence"])[COLUMNS]
    rows = rows[rows["evidence"] > 0].sort_values(["evidence", "phrase"], ascending=[False, True])
    return rows.head(most)


def _phrases(
    network: keras.Model, sample: TextSample, texts: Sequence[bytes]
) -> Iterator[tuple[int, str, float]]:
    """The text, the phrase and what it says, of the filters that say most in each text."""
    body = network.layers[-1]
    poolings = [each for each in body.layers if isinstance(each, keras.layers.GlobalMaxPooling1D)]
    if not poolings:
        return
    fields = [_field_before(network, body, each) for each in poolings]
    outputs = [*(each.input for each in poolings), *(each.output for each in poolings), body.output]
    vectors = _vectors(network, sample, texts)
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        *found, logits = keras.Model(body.input, outputs)(vectors, training=False)
        maps, greatest = found[: len(poolings)], found[len(poolings) :]
    slopes = tape.gradient(logits, greatest)
    says = np.concatenate([(a * b).numpy() for a, b in zip(greatest, slopes, strict=True)], axis=1)
    begins = np.concatenate(
        [
            tf.argmax(each, axis=1).numpy() * round(field.steps[0])
            for each, field in zip(maps, fields, strict=True)
        ],
        axis=1,
    )
    sizes = np.repeat([round(each.sizes[0]) for each in fields], [each.shape[-1] for each in maps])
    for at, words in enumerate(_words(texts)):
        for chosen in np.argsort(-np.abs(says[at]), kind="stable")[:FILTERS]:
            phrase = words[begins[at, chosen] : begins[at, chosen] + sizes[chosen]]
            if phrase:  # and not what fills a short text up
                yield at, " ".join(phrase), float(says[at, chosen])


def _field_before(network: keras.Model, body: keras.Model, pooling: keras.Layer) -> Field:
    """What of the text a value that the pooling chooses from depends on.

    Raises:
        ValueError: When that is not known.
    """
    source = pooling.input._keras_history.operation
    field = receptive_fields(network).get(f"{body.name}/{source.name}")
    if field is None:
        raise ValueError(f"{body.name}: what {source.name} depends on is not known")
    return field


def _vectors(network: keras.Model, sample: TextSample, texts: Sequence[bytes]) -> tf.Tensor:
    indices, _ = sample.serve(tf.constant(list(texts), tf.string))
    return tf.convert_to_tensor(network.get_layer("embedding")(indices))


def _words(texts: Sequence[bytes]) -> list[list[str]]:
    found = split_words(tf.constant(list(texts), tf.string)).to_list()
    return [[word.decode() for word in words] for words in found]
