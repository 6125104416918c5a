"""The combinations of a sweep."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.core.errors import ConvoyError
from pipelines.combinations import combinations, split_values

GRID = ["train.epochs=1,2", "train.optimizer.learning_rate=0.1,0.2,0.3"]


def test_a_grid_is_every_combination_once() -> None:
    found = combinations(GRID)
    assert len(found) == 6
    assert len(set(map(tuple, found))) == 6
    assert ["train.epochs=2", "train.optimizer.learning_rate=0.3"] in found


def test_a_draw_from_lists_repeats_nothing_and_is_the_same_for_the_same_seed() -> None:
    four = combinations(GRID, samples=4, seed=1)
    assert len(set(map(tuple, four))) == 4
    assert four == combinations(GRID, samples=4, seed=1)
    assert any(four != combinations(GRID, samples=4, seed=seed) for seed in range(2, 6))
    assert sorted(combinations(GRID, samples=99)) == sorted(combinations(GRID))


@given(seed=st.integers(0, 1_000), count=st.integers(1, 30))
def test_what_is_drawn_lies_in_its_range(seed: int, count: int) -> None:
    words = ["a=uniform(0.25,0.75)", "b=loguniform(1e-4,1e-2)", "c=randint(2,4)", "d=x"]
    found = combinations(words, samples=count, seed=seed)
    assert len(found) == count
    for each in found:
        values = dict(word.split("=") for word in each)
        assert list(values) == ["a", "b", "c", "d"]
        assert 0.25 <= float(values["a"]) <= 0.75
        assert 1e-4 <= float(values["b"]) <= 1e-2
        assert int(values["c"]) in {2, 3, 4}
        assert values["d"] == "x"


def test_both_ends_of_whole_numbers_are_drawn() -> None:
    found = {each for (each,) in combinations(["c=randint(2,4)"], samples=50)}
    assert found == {"c=2", "c=3", "c=4"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2", ["1", "2"]),
        ("[1,2],[3]", ["[1,2]", "[3]"]),
        ("{a: 1, b: [2,3]},null", ["{a: 1, b: [2,3]}", "null"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ("it's,hers", ["it's", "hers"]),
        ("", [""]),
        ("1,", ["1", ""]),
    ],
)
def test_only_a_bare_comma_divides(text: str, values: Sequence[str]) -> None:
    assert split_values(text) == values


@given(st.lists(st.text("abc[]{}()'\" 1.", max_size=8), min_size=1, max_size=4))
def test_splitting_loses_no_letter(parts: list[str]) -> None:
    text = ",".join(parts)
    assert ",".join(split_values(text)) == text


@pytest.mark.parametrize(
    ("words", "samples", "message"),
    [
        (["train.epochs"], None, "train.epochs: expected key=value,value"),
        (["a=1", "a=2"], None, "a: stands twice; name all of its values at once: a=A,B"),
        (["a=uniform(0,1)"], None, "a: a range is drawn from; say how often: --samples 20"),
        (["a=uniform(1,0)"], 2, "a=uniform(1,0): a range needs low < high"),
        (["a=loguniform(0,1)"], 2, "a=loguniform(0,1): a range needs 0 < low < high"),
        (["a=randint(1,2.5)"], 2, "a range goes from one number to another"),
        (["a=unifrom(0,1)"], 2, "no range 'unifrom'; did you mean uniform?"),
    ],
)
def test_a_wrong_word_says_what_is_wrong(
    words: list[str], samples: int | None, message: str
) -> None:
    with pytest.raises(ConvoyError) as error:
        combinations(words, samples)
    assert message in str(error.value)
