import pandas as pd

from components.core.describing import amounts, names


def test_whole_numbers_and_words_are_strings_and_what_is_missing_stays_so() -> None:
    counts = names(pd.Series(pd.array([7, None], "Int64")))
    assert counts[0] == "7"
    words = names(pd.Series(["a", None]))
    assert words[0] == "a"
    assert [counts.isna().tolist(), words.isna().tolist()] == [[False, True]] * 2


def test_an_amount_of_0_is_none() -> None:
    areas = amounts(pd.Series([0.0, 3.0, None]))
    assert areas.isna().tolist() == [True, False, True]
    assert areas[1] == 3
