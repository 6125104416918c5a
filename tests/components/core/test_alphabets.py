# ruff: noqa: RUF001 (letters of several alphabets)
import pytest

from components.core.alphabets import find_alphabet


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("A fine film, 10/10", "latin"),
        ("Чудесный film", "cyrillic"),
        ("فيلم رائع", "arabic"),
        ("这部电影", "cjk"),
        ("Ｗｉｄｅ", "latin"),
        ("😀 10/10!", None),
        ("", None),
        ("aб", "cyrillic"),  # the first by name of as many
    ],
)
def test_the_alphabet_of_most_letters(text: str, alphabet: str | None) -> None:
    assert find_alphabet(text) == alphabet
