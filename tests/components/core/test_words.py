# ruff: noqa: RUF001 (letters of several alphabets)
"""Words of texts as the graph cuts them."""

import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.words import split_words


def words_of(text: str | bytes) -> list[str]:
    (found,) = split_words(tf.constant([text])).to_list()
    return [word.decode() for word in found]


def test_contractions_and_punctuation_are_words() -> None:
    assert words_of("It isn't 'good' - it's GREAT!") == [
        *("it", "is", "n't", "good", "-", "it", "'s", "great", "!")
    ]
    assert words_of("don’t, O’Neil") == ["do", "n't", ",", "o'neil"]


def test_html_leaves_no_words() -> None:
    plain = words_of("Dull. I left, a < b.")
    assert words_of('<p class="x">Dull.<br /><br>I left,&nbsp;a < b.</p>') == plain


def test_hearts_made_of_signs_are_no_tags() -> None:
    assert words_of("I <3 it") == ["i", "<", "3", "it"]


def test_emoji_are_words() -> None:
    assert words_of("great😀👍") == ["great", "😀", "👍"]
    assert words_of("❤️") == ["❤"]  # without the mark that asks for colour


def test_letters_of_all_alphabets_are_letters() -> None:
    assert words_of("\ufeffشاهدت\u200f الفيلم!") == ["شاهدت", "الفيلم", "!"]
    assert words_of("ЧУДЕСНЫЙ фильм") == ["чудесный", "фильм"]
    assert words_of("这部电影") == ["这", "部", "电", "影"]


def test_nothing_has_no_words() -> None:
    assert [words_of(text) for text in ("", " \t\r\n\u3000", "<br>")] == [[], [], []]


def test_a_megabyte_is_cut_into_words() -> None:
    assert words_of("a word, " * 131_072) == ["a", "word", ","] * 131_072


def test_what_is_no_utf_8_stops_nothing() -> None:
    assert words_of(b"bad \xff bytes") == ["bad", "\ufffd", "bytes"]


@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_words_can_stand_in_a_line_parted_by_blanks(text: str) -> None:
    words = words_of(text)
    assert all(word and not set(word) & set(" \t\r\n\0") for word in words)
    assert words_of(" ".join(words)) == words or "'" in text or "&" in text or "<" in text
