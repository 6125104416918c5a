"""Which alphabet a text is written in, as Unicode names its letters."""

import unicodedata
from collections import Counter
from functools import cache


def find_alphabet(text: str) -> str | None:
    """The alphabet of most letters: `latin`, `cyrillic`, `arabic`, `cjk` and so on.

    It is the first word of the names that Unicode gives the letters, lower case.

    Args:
        text: Any text.

    Returns:
        The first by name where several have as many letters; None where there is no letter.
    """
    counts: Counter[str] = Counter()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            counts[_alphabet(letter)] += count
    return min(counts, key=lambda name: (-counts[name], name), default=None)


@cache
def _alphabet(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)  # one of full width is of its alphabet, too
    return unicodedata.name(plain[0], "unknown").partition(" ")[0].lower()
