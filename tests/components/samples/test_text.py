"""Texts from the source's bytes to what the network is given."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from great_expectations.expectations import Expectation

from components.core.parts import SampleError
from components.samples.text import FIRST, NO_TEXT, PADDING, UNKNOWN, TextSample
from tests.tables import make_row

WORDS = ("not", "good", "film", "a")


def text_sample(**blocks: Any) -> TextSample:
    return TextSample.model_validate({"name": "toy", **blocks})


def known(length: int = 4, **blocks: Any) -> TextSample:
    return text_sample(prepare={"length": length}, **blocks).knowing(WORDS)


def error_of(data: bytes, **blocks: Any) -> str | None:
    error = text_sample(**blocks).inspect(data)["decode_error"]
    return None if error is None else str(error)


class TestFiles:
    @pytest.mark.parametrize("name", ["a.txt", "a.TEXT", "51060", "a.1"])
    def test_texts_by_name_or_content(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("a text")
        assert TextSample.refuse(tmp_path / name) is None

    @pytest.mark.parametrize("name", ["a.csv", "a.png", "README.md"])
    def test_other_formats_are_none(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("a text")
        assert TextSample.refuse(tmp_path / name) == NO_TEXT

    def test_content_that_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "1").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
        assert TextSample.refuse(tmp_path / "1") == NO_TEXT
        assert TextSample.refuse(tmp_path / "2") == NO_TEXT  # which is not there


class TestInspect:
    def test_what_the_table_holds(self) -> None:
        assert text_sample().inspect("\ufeff A fine film.\r\n".encode()) == {
            "text": b"A fine film.",
            "characters": 12,
            "words": 3,
            "alphabet": "latin",
            "decode_error": None,
        }

    def test_what_comes_out_comes_out_again(self) -> None:
        sample = text_sample()
        once = sample.inspect("  Café <br> 😀 \n".encode())
        assert sample.inspect(once["text"]) == once

    def test_emoji_have_no_alphabet(self) -> None:
        assert text_sample().inspect("😀 👍".encode())["alphabet"] is None

    def test_right_to_left(self) -> None:
        inspected = text_sample().inspect("فيلم رائع\u200f".encode())
        assert (inspected["words"], inspected["alphabet"]) == (2, "arabic")

    def test_an_empty_text_can_be_read(self) -> None:
        inspected = text_sample().inspect(b" \n")
        assert (inspected["text"], inspected["words"], inspected["decode_error"]) == (b"", 0, None)

    def test_what_cannot_be_read_is_kept_as_it_is(self) -> None:
        inspected = text_sample().inspect(b"caf\xe9")
        assert (inspected["text"], inspected["words"]) == (b"caf\xe9", None)
        rule = "not UTF-8 at byte 3; save it as UTF-8 or declare source.encoding"
        assert inspected["decode_error"] == rule

    def test_utf_16(self) -> None:
        assert str(error_of("a film".encode("utf-16"))).startswith("not UTF-8 but UTF-16; save it")
        assert "null character" in str(error_of("a film".encode("utf-16-le")))

    def test_null_characters(self) -> None:
        assert error_of(b"a\0b") == "has a null character, the first after 1 others"

    def test_a_megabyte_is_the_bound(self) -> None:
        assert error_of(b"a " * 2**19) is None
        assert error_of(b"a " * 2**19 + b"a") == (
            "has 1,048,577 bytes; limits.max_bytes is 1,048,576"
        )
        assert error_of(b"abc", limits={"max_bytes": 2}) == "has 3 bytes; limits.max_bytes is 2"

    def test_what_is_accepted_is_what_ingest_stores(self) -> None:
        assert text_sample().accept(b"\xef\xbb\xbfa film\n") == b"a film"
        for data, reason in ((b"\0", "null"), (b"\xff", "not UTF-8"), (b" ", "is empty")):
            with pytest.raises(SampleError, match=reason):
                text_sample().accept(data)


class TestRules:
    def rules(self, **checks: Any) -> dict[str, Expectation]:
        return {str(rule.description): rule for rule in text_sample(checks=checks).rules()}

    def test_by_default_a_text_has_a_word(self) -> None:
        (rule,) = self.rules().values()
        assert (rule.column, rule.min_value) == ("words", 1)

    def test_what_is_declared(self) -> None:
        rules = self.rules(shortest=3, longest=9, alphabet="latin")
        assert rules["text has 3 words at least"].min_value == 3
        assert rules["text has 9 words at most"].max_value == 9
        assert rules["alphabet as declared"].value_set == ["latin"]


class TestDescribe:
    ROWS = pd.DataFrame(
        [
            make_row(text_sample(), text.encode(), "a")
            for text in ("a good film", "A bad film.", "😀", "")
        ]
    )

    def test_length_and_alphabet(self) -> None:
        described = text_sample().describe(self.ROWS.drop(columns="text"))
        assert described["words"].tolist() == [3, 3, 1, 0]
        assert described["alphabet"].fillna("").tolist() == ["latin", "latin", "", ""]
        assert list(described) == ["words", "alphabet"]

    def test_the_share_of_unknown_words(self) -> None:
        described = known().describe(self.ROWS)["unknown_words"]
        np.testing.assert_allclose(described[:3], [0, 0.5, 1])
        assert np.isnan(described[3])

    def test_no_rows(self) -> None:
        described = known().describe(self.ROWS[:0])
        assert list(described) == ["words", "alphabet", "unknown_words"]
        assert len(described) == 0


class TestServe:
    def test_words_become_indices_as_many_as_the_network_takes(self) -> None:
        texts = tf.constant(["Not a GOOD film!", "film", "", "a a a a a a"])
        indices, counts = known().serve(texts)
        not_, good, film, a = range(FIRST, FIRST + 4)
        np.testing.assert_array_equal(
            indices,
            [[not_, a, good, film], [film, PADDING, PADDING, PADDING], [PADDING] * 4, [a] * 4],
        )
        assert indices.dtype == tf.int32
        np.testing.assert_array_equal(counts, [5, 1, 0, 6])

    def test_other_words_are_unknown(self) -> None:
        indices, _ = known(3).serve(tf.constant(["a dull film"]))
        assert indices.numpy().tolist() == [[5, UNKNOWN, 4]]

    def test_other_words_make_another_sample(self) -> None:
        sample = known(1)
        before, _ = sample.serve(tf.constant(["film"]))
        after, _ = sample.knowing(["film"]).serve(tf.constant(["film"]))
        assert (before.numpy().item(), after.numpy().item()) == (FIRST + 2, FIRST)

    @pytest.mark.parametrize("text", ["a <br/> FILM", "\ufeffa film\0", "a\u00a0film\u200f"])
    def test_what_is_no_word_does_not_count(self, text: str) -> None:
        indices, _ = known(3).serve(tf.constant([text]))
        assert indices.numpy().tolist() == [[5, 4, PADDING]]

    def test_a_saved_graph_needs_nothing_else(self, tmp_path: Path) -> None:
        module = tf.Module()
        sample = known(3)
        module.resources = list(sample.resources())
        module.serve = tf.function(
            lambda text: {"words": sample.serve(text)[0]},
            input_signature=[tf.TensorSpec([None], tf.string, "text")],
        )
        tf.saved_model.save(module, str(tmp_path))
        served = tf.saved_model.load(str(tmp_path)).serve(tf.constant(["a film"]))
        assert served["words"].numpy().tolist() == [[5, 4, PADDING]]


class TestEntrance:
    def network(self, **embedding: Any) -> keras.Model:
        keras.utils.set_random_seed(0)
        sample = known(3, embedding={"width": 2, **embedding})
        vectors = keras.Input(sample.shape)
        body = keras.Model(vectors, keras.layers.Flatten()(vectors), name="body")
        return sample.entrance(body, tf.data.Dataset.from_tensors(tf.zeros(3, tf.int32)), raw=False)

    def test_each_word_has_a_vector(self) -> None:
        network = self.network()
        (vectors,) = network.get_layer("embedding").get_weights()
        assert vectors.shape == (FIRST + len(WORDS), 2)
        outputs = network(tf.constant([[5, UNKNOWN, PADDING]])).numpy().reshape(3, 2)
        np.testing.assert_array_equal(outputs, vectors[[5, UNKNOWN, PADDING]])
        assert not vectors[PADDING].any()
        assert vectors[UNKNOWN:].any(axis=1).all()

    def test_vectors_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "vectors.txt"
        file.write_text("good 1 2\nother 3 4\na 5 6\n")
        network = self.network(vectors=str(file), trainable=False)
        (vectors,) = network.get_layer("embedding").get_weights()
        np.testing.assert_array_equal(vectors[[3, 5]], [[1, 2], [5, 6]])
        assert (np.abs(vectors[[1, 2, 4]]) <= 0.25).all()
        assert network.trainable_weights == []

    def test_its_definition_has_no_vectors(self) -> None:
        assert len(self.network().to_json()) < 10_000


class TestPictures:
    def test_the_words_of_indices(self) -> None:
        few, many = (
            known(24).picture(np.array([*indices, *[PADDING] * (24 - len(indices))]))
            for indices in ([3, UNKNOWN], [3] * 24)
        )
        assert few.width == many.width == TextSample.legible
        assert few.height < many.height

    @pytest.mark.parametrize("text", ["", "فيلم رائع", "😀", "a" * 2**20, "word " * 2**17, "a\0b"])
    def test_any_text_can_be_drawn(self, text: str) -> None:
        picture = text_sample().draw(text.encode())
        assert picture.width == TextSample.legible
        assert picture.height < TextSample.legible


def test_packed_indices_are_unpacked() -> None:
    sample = known()
    indices = tf.constant([[1, 2, 3, 0]], tf.int32)
    packed = sample.encode(indices)
    assert packed.dtype == tf.int64
    unpacked = sample.decode(packed[0])
    assert unpacked.dtype == tf.int32
    np.testing.assert_array_equal(unpacked, indices[0])


def test_a_condition_is_the_length() -> None:
    assert text_sample().conditions(b"a good film") == {"words": 3.0}
