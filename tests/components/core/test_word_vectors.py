"""Vectors of words in the text formats of word2vec and GloVe."""

from pathlib import Path

import numpy as np
import pytest

from components.core.errors import ConvoyError
from components.core.word_vectors import read_vectors

GLOVE = "good 1 2 3\nbad -1 -2 -3\ngood 9 9 9\n"


@pytest.mark.parametrize("header", ["", "2 3\n"])
def test_wanted_words_alone_are_read_the_first_of_several(tmp_path: Path, header: str) -> None:
    file = tmp_path / "vectors.txt"
    file.write_text(header + GLOVE)
    found = read_vectors(file, ["good", "absent"], 3)
    assert list(found) == ["good"]
    assert found["good"].dtype == np.float32
    np.testing.assert_array_equal(found["good"], [1, 2, 3])


def test_a_word_of_another_encoding_is_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "vectors.txt"
    file.write_bytes(b"caf\xe9 1 2\ngood 3 4\n")
    np.testing.assert_array_equal(read_vectors(file, ["good"], 2)["good"], [3, 4])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("good 1 2\n", r"vectors\.txt: line 1: vectors of 2 numbers; embedding\.width is 3"),
        ("5 300\ngood 1\n", r"line 1: vectors of 300 numbers; embedding\.width is 3"),
        ("bad 1 2 3\ngood 1 2\n", r"line 2: must have 3 finite numbers"),
        ("bad 1 2 3\ngood 1 nan 3\n", r"line 2: must have 3 finite numbers"),
        ("bad 1 2 3\ngood 1 x 3\n", r"line 2: not a word and its numbers"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "vectors.txt"
    file.write_text(content)
    with pytest.raises(ConvoyError, match=message):
        read_vectors(file, ["good"], 3)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConvoyError, match=r"vectors\.txt: cannot be read: No such file"):
        read_vectors(tmp_path / "vectors.txt", ["good"], 3)
