"""What labels become to be compared between two sets of data, as `Labels.describe` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def names(values: pd.Series) -> pd.Series:
    """Classes or whole numbers as strings: each value counts by itself.

    Args:
        values: Strings or whole numbers, some of them null.

    Returns:
        Objects: strings, or null where there is none.
    """
    return values.astype("string").astype(object)


def amounts(values: pd.Series) -> pd.Series:
    """Takes 0 for missing: otherwise the many that have none would fill one bar of a histogram.

    How many have none and how much the others have is told apart.

    Args:
        values: Floats, some of them null.

    Returns:
        The floats, null where they are 0.
    """
    return values.replace(0, float("nan"))
