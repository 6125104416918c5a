"""Texts: UTF-8 in the table, indices of words for the network, which begins with their vectors."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, FilePath

from components.core.alphabets import find_alphabet
from components.core.block import Block
from components.core.describing import names
from components.core.parts import Sample, SampleError, Tensors
from components.core.reading import open_regular
from components.core.word_vectors import read_vectors

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import tensorflow as tf
    import tensorflow_transform as tft
    from great_expectations.expectations import Expectation
    from PIL import Image

VOCABULARY = "words"
"""The name of the vocabulary of TensorFlow Transform."""

PADDING, UNKNOWN, FIRST = 0, 1, 2
"""The index of what fills a short text up, of words that are not known, and of the first known."""

NEGATIONS = ("not", "n't", "no", "never", "nothing", "nobody", "neither", "nor", "without")
TURNS = ("but", "although", "though", "however", "despite", "yet", "while")

SPREAD = 0.25
"""Random vectors lie within it, along each axis, as in Kim (2014)."""

NO_TEXT = "no text"
HEAD = 4_096
CONTROL = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
LINES_DRAWN = 9


class TextChecks(Block):
    """What the validate stage demands of texts.

    Attributes:
        shortest: The fewest words of a text, parted by blanks.
        longest: The most words; null for any number.
        alphabet: The alphabet that most letters of a text must be of: `latin`, `cyrillic`,
            `arabic`, `cjk` or whatever Unicode calls it; null for any.
    """

    shortest: int = Field(1, gt=0)
    longest: int | None = Field(None, gt=0)
    alphabet: str | None = None


class TextLimits(Block):
    """What a text may cost.

    Attributes:
        max_bytes: The most bytes that it may have; one with more is used nowhere.
    """

    max_bytes: int = Field(2**20, gt=0)


class TextSize(Block):
    """What the network takes.

    Attributes:
        words: The most words that the network knows: the commonest of the training split.
        length: Words of a text that the network takes; what comes after them is cut off.
        fixed: Words that are always known, and that augmentation leaves where they are, as the
            meaning of a text may turn on them.
    """

    words: int = Field(20_000, gt=0)
    length: int = Field(64, gt=0)
    fixed: tuple[str, ...] = (*NEGATIONS, *TURNS)


class Embedding(Block):
    """The vectors that words become.

    Attributes:
        width: Numbers of a vector.
        vectors: A file of vectors to start from, in the text format of word2vec or GloVe; null
            for random ones, which words that it lacks start from, too.
        trainable: Whether the vectors are learnt.
    """

    width: int = Field(64, gt=0)
    vectors: FilePath | None = None
    trainable: bool = True


class TextSample(Sample):
    """One text, in the column `text`: UTF-8.

    The network takes int32 `[length]`, the indices of words: 0 fills up, 1 stands for words that
    are not known, and from 2 on those of `fixed` stand before the commonest. What `serve` tells of
    each text is how many words it has, int64 `[batch]`.

    Attributes:
        known: The words that the network knows, the first of index 2; see `knowing`.
    """

    column = "text"
    suffixes: ClassVar = frozenset({".txt", ".text"})
    is_text = True
    legible = 384

    checks: TextChecks = TextChecks()
    limits: TextLimits = TextLimits()
    prepare: TextSize = TextSize()
    embedding: Embedding = Embedding()
    known: tuple[str, ...] = ()

    @classmethod
    def refuse(cls, file: Path) -> str | None:
        """Looks at how a file begins whose name ends in nothing, or in a number."""
        suffix = file.suffix.lower()
        if suffix in cls.suffixes:
            return None
        if suffix and not suffix[1:].isdecimal():
            return NO_TEXT
        return None if begins_like_text(file) else NO_TEXT

    def columns(self) -> Mapping[str, pa.DataType]:
        """The text, its length in characters and in words, and the alphabet of most letters."""
        import pyarrow as pa

        return {
            "text": pa.binary(),
            "characters": pa.int64(),
            "words": pa.int64(),
            "alphabet": pa.string(),
        }

    def inspect(self, data: bytes) -> Mapping[str, Any]:
        """Decodes a text; a byte-order mark and blanks around the text are no part of it."""
        try:
            text = decode_text(data, self.limits.max_bytes)
        except SampleError as error:
            nothing = dict.fromkeys(("characters", "words", "alphabet"))
            return {"text": data, **nothing, "decode_error": str(error)}
        return {
            "text": text.encode(),
            "characters": len(text),
            "words": count_words(text),
            "alphabet": find_alphabet(text),
            "decode_error": None,
        }

    def conditions(self, data: bytes) -> Mapping[str, float]:
        """The words of a text."""
        return {"words": float(count_words(data.decode()))}

    def preprocessing(self) -> str:
        """Words, the vocabulary and the length."""
        return (
            f"The model takes `{self.column}`, UTF-8. It puts it into lower case, drops HTML's "
            "tags, parts contractions and punctuation from words, and knows up to "
            f"{self.prepare.words:,} words, the commonest of its training; all others are one to "
            f"it. It reads the first {self.prepare.length:,} words."
        )

    def rules(self) -> Sequence[Expectation]:
        """Texts have words, as many and of such letters as declared."""
        from great_expectations.expectations import (
            ExpectColumnValuesToBeBetween,
            ExpectColumnValuesToBeInSet,
        )

        checks = self.checks
        rules: list[Expectation] = [
            ExpectColumnValuesToBeBetween(
                column="words",
                min_value=checks.shortest,
                description="text is not empty"
                if checks.shortest == 1
                else f"text has {checks.shortest:,} words at least",
            )
        ]
        if checks.longest is not None:
            bound = f"text has {checks.longest:,} words at most"
            rules.append(
                ExpectColumnValuesToBeBetween(
                    column="words", max_value=checks.longest, description=bound
                )
            )
        if checks.alphabet is not None:
            rules.append(
                ExpectColumnValuesToBeInSet(
                    column="alphabet",
                    value_set=[checks.alphabet],
                    description="alphabet as declared",
                )
            )
        return rules

    def describe(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Length in words, alphabet and, where words are known, the share of all others."""
        import pandas as pd

        described = pd.DataFrame(
            {"words": rows["words"].astype(float), "alphabet": names(rows["alphabet"])}
        )
        if self.known:
            described["unknown_words"] = self._unknown(rows)
        return described

    def raw_columns(self) -> Sequence[str]:
        """The text."""
        return ("text",)

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """`text`: the indices of words, int64 `[batch, length]`."""
        import tensorflow as tf
        import tensorflow_transform as tft

        from components.core.words import split_words

        indices = tft.compute_and_apply_vocabulary(
            split_words(tf.reshape(inputs["text"], (-1,))),
            default_value=UNKNOWN - FIRST,
            top_k=self.prepare.words,
            vocab_filename=VOCABULARY,
            reserved_tokens=self.prepare.fixed or None,
        )
        return {"text": self._fill_up(indices)}

    def vocabulary(self, transform: tft.TFTransformOutput) -> Sequence[str]:
        """Those of `fixed`, then the commonest of the training split."""
        return tuple(word.decode() for word in transform.vocabulary_by_name(VOCABULARY))

    def knowing(self, vocabulary: Sequence[str]) -> Self:
        """Texts of a network that knows these words."""
        copied = self.model_copy(update={"known": tuple(vocabulary)})
        copied.__dict__.pop("_table", None)  # of other words
        return copied

    @property
    def shape(self) -> tuple[int, int]:
        """Length and numbers of a vector."""
        return (self.prepare.length, self.embedding.width)

    def decode(self, packed: tf.Tensor) -> tf.Tensor:
        """The indices of words, int32 `[length]`."""
        import tensorflow as tf

        return tf.cast(tf.ensure_shape(packed, (self.prepare.length,)), tf.int32)

    def encode(self, samples: tf.Tensor) -> tf.Tensor:
        """The same, int64 `[batch, length]`."""
        import tensorflow as tf

        return tf.cast(samples, tf.int64)

    def entrance(self, body: keras.Model, samples: tf.data.Dataset, raw: bool) -> keras.Model:
        """Gives each word a vector, which `embedding` says more of; `raw` changes nothing."""
        import keras

        width, vectors = self.embedding.width, self.embedding.vectors
        layer = keras.layers.Embedding(
            FIRST + len(self.known),
            width,
            embeddings_initializer=keras.initializers.RandomUniform(-SPREAD, SPREAD),
            trainable=self.embedding.trainable,
            name="embedding",
        )
        indices = keras.Input((self.prepare.length,), dtype="int32", name=self.column)
        network = keras.Model(indices, body(layer(indices)), name=f"{body.name}_network")
        start = keras.ops.convert_to_numpy(layer.embeddings).copy()
        start[PADDING] = 0
        if vectors is not None:
            found = read_vectors(vectors, self.known, width)
            for index, word in enumerate(self.known, FIRST):
                start[index] = found.get(word, start[index])
        layer.embeddings.assign(start)
        return network

    def serve(self, raw: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Looks the words of each text up."""
        import tensorflow as tf

        from components.core.words import split_words

        words = split_words(raw)
        indices = words.with_flat_values(self._table.lookup(words.flat_values))
        return tf.cast(self._fill_up(indices), tf.int32), words.row_lengths()

    def resources(self) -> Sequence[Any]:
        """The table of words."""
        return (self._table,)

    def accept(self, data: bytes) -> bytes:
        """As ingest stores it."""
        text = decode_text(data, self.limits.max_bytes)
        if not text:
            raise SampleError("is empty")
        return text.encode()

    def rescue(self, data: bytes) -> bytes:
        """The text itself: there is no other encoding of it."""
        return data

    def draw(self, data: bytes) -> Image.Image:
        """The beginning of the text on paper."""
        from components.core.pictures import write_page

        return write_page(" ".join(data.decode().split()), self.legible, LINES_DRAWN)

    def picture(self, sample: np.ndarray) -> Image.Image:
        """The words that the indices stand for, or the indices where no words are known."""
        from components.core.pictures import write_page

        words = map(self._name, sample[sample != PADDING])
        return write_page(" ".join(words), self.legible, LINES_DRAWN)

    def _name(self, index: int) -> str:
        if index == UNKNOWN:
            return "▢"
        return self.known[index - FIRST] if self.known else str(index)

    def _fill_up(self, indices: tf.RaggedTensor) -> tf.Tensor:
        """Counted from `FIRST`, as many as the network takes, int64 `[batch, length]`."""
        shape = (None, self.prepare.length)
        return (indices + FIRST).to_tensor(PADDING, shape=shape)

    @cached_property
    def _table(self) -> Any:
        """From words to their places among those that are known."""
        import tensorflow as tf

        with tf.init_scope():  # not within the graph that asks for it first
            words = tf.constant(self.known, tf.string)
            places = tf.range(len(self.known), dtype=tf.int64)
            content = tf.lookup.KeyValueTensorInitializer(words, places)
            # a name of its own would be another one each time
            return tf.lookup.StaticHashTable(
                content, UNKNOWN - FIRST, experimental_is_anonymous=True
            )

    def _unknown(self, rows: pd.DataFrame) -> list[float]:
        """The share of words that are not known of each text, NaN without words."""
        import tensorflow as tf

        from components.core.words import split_words

        known = frozenset(word.encode() for word in self.known)
        texts = tf.constant(rows["text"].tolist(), tf.string)
        return [
            sum(word not in known for word in words) / len(words) if words else float("nan")
            for words in split_words(texts).to_list()
        ]


def decode_text(data: bytes, max_bytes: int) -> str:
    """A text without what stands around it.

    Args:
        data: UTF-8.
        max_bytes: The most bytes that it may have.

    Raises:
        SampleError: When it is no text, or has too many bytes.
    """
    if len(data) > max_bytes:
        raise SampleError(f"has {len(data):,} bytes; limits.max_bytes is {max_bytes:,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        place = f"at byte {error.start:,}"
        found = f"not UTF-8 {'but UTF-16' if wide else place}"
        raise SampleError(f"{found}; save it as UTF-8 or declare source.encoding") from None
    if (at := text.find("\0")) >= 0:
        raise SampleError(f"has a null character, the first after {at:,} others")
    return text.strip()


def count_words(text: str) -> int:
    """What stands between blanks; punctuation counts with its word."""
    return len(text.split())


def begins_like_text(file: Path) -> bool:
    """Whether a file can be read, and has no control characters at its beginning but blanks."""
    try:
        with open_regular(file) as stream:
            return not CONTROL.search(stream.read(HEAD))
    except OSError:
        return False
