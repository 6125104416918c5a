"""Metrics by name: those of a whole split, and those of single classes, `recall/cat`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # takes a second to load
    import pandas as pd

CLASS = "class"


def overall(metrics: Mapping[str, float], named: Collection[str] = ()) -> dict[str, float]:
    """The metrics that do not belong to a class.

    Args:
        metrics: By name.
        named: Some that are kept nevertheless: those by which the gate decides.
    """
    return {name: value for name, value in metrics.items() if "/" not in name or name in named}


def per_class(metrics: Mapping[str, float]) -> pd.DataFrame:
    """The others as a table.

    Returns:
        A row a class, in their order, with the column `class` and one a metric; NaN where a class
        has none. Without such metrics there are no rows.
    """
    import pandas as pd

    named = [name.split("/", 1) for name in metrics if "/" in name]
    columns = dict.fromkeys(metric for metric, _ in named)
    rows = list(dict.fromkeys(row for _, row in named))
    values = {
        column: [metrics.get(f"{column}/{row}", float("nan")) for row in rows] for column in columns
    }
    return pd.DataFrame({CLASS: rows, **values})
