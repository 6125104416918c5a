"""The combinations of values that a sweep tries."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from components.core.errors import ConvoyError
from components.core.names import describe_unknown

OPENING, CLOSING, QUOTES = "([{", ")]}", "\"'"
DRAW = re.compile(r"(?P<name>[a-z]+)\((?P<low>[^(),]+),(?P<high>[^(),]+)\)")
DRAWS = ("uniform", "loguniform", "randint")
PLACES = 4
"""Digits of a number that is drawn: more would only be harder to read."""


def combinations(
    words: Sequence[str], samples: int | None = None, seed: int = 0
) -> list[list[str]]:
    """Every combination of the values of all keys, or some that are drawn.

    Args:
        words: `key=value,value,...` each; `key=uniform(low,high)`, `loguniform` or `randint`
            where combinations are drawn. A comma within brackets or quotes divides nothing.
        samples: How many are drawn, without repetition where all values are listed; None for all.
        seed: Of the draw; the same draws the same.

    Returns:
        For each combination an override `key=value` a key, in the order of `words`.

    Raises:
        ConvoyError: When a word is no `key=value`, a key stands twice, or a range is wrong or
            stands where nothing is drawn.
    """
    from sklearn.model_selection import ParameterGrid, ParameterSampler

    choices = _read(words)
    drawn = [key for key, values in choices.items() if not isinstance(values, list)]
    if samples is None:
        if drawn:
            raise ConvoyError(f"{drawn[0]}: a range is drawn from; say how often: --samples 20")
        found = list(ParameterGrid(choices))
    else:
        count = samples if drawn else min(samples, len(ParameterGrid(choices)))
        found = list(ParameterSampler(choices, count, random_state=seed))
    return [[f"{key}={_write(each[key])}" for key in choices] for each in found]


def split_values(text: str) -> list[str]:
    """Splits at the commas that no bracket and no quote holds."""
    values, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in QUOTES and not values[-1][-1:].isalnum():  # an apostrophe is none
            quote = letter
        depth += 0 if quote else (letter in OPENING) - (letter in CLOSING)
        if letter == "," and not depth and not quote:
            values.append("")
        else:
            values[-1] += letter
    return values


def _read(words: Sequence[str]) -> Mapping[str, Any]:
    choices: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise ConvoyError(f"{word}: expected key=value,value, such as train.epochs=3,5")
        if key in choices:
            raise ConvoyError(f"{key}: stands twice; name all of its values at once: {key}=A,B")
        match = DRAW.fullmatch(text)
        choices[key] = _distribution(word, match) if match else split_values(text)
    return choices


def _distribution(word: str, match: re.Match[str]) -> Any:
    from scipy import stats

    name = match["name"]
    if name not in DRAWS:
        raise ConvoyError(f"{word}: {describe_unknown('range', name, DRAWS)}")
    try:
        number = int if name == "randint" else float
        low, high = number(match["low"]), number(match["high"])
    except ValueError:
        raise ConvoyError(f"{word}: a range goes from one number to another") from None
    if not low < high or (name == "loguniform" and low <= 0):
        above = "0 < low < high" if name == "loguniform" else "low < high"
        raise ConvoyError(f"{word}: a range needs {above}")
    if name == "randint":
        return stats.randint(low, high + 1)
    return stats.uniform(low, high - low) if name == "uniform" else stats.loguniform(low, high)


def _write(value: Any) -> str:
    return f"{value:.{PLACES}g}" if isinstance(value, float) else str(value)
