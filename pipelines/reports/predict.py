"""What a person sees after predicting files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from components.core.text import word
from pipelines.reports.terminal import PlainTable

DECIMALS = 6


def predictions_table(rows: Sequence[Mapping[str, Any]]) -> PlainTable:
    """The predictions, a row each.

    Args:
        rows: Each begins with the path of its file, of which the name alone is shown: whole
            paths are in the CSV file.
    """
    table = PlainTable(*map(word, rows[0] if rows else ()))
    for row in rows:
        path, *values = row.values()
        table.add_row(word(Path(path).name), *(word(_short(value)) for value in values))
    return table


def _short(value: Any) -> Any:
    """A number with few digits, and how many numbers a list has: all are in the CSV file."""
    if isinstance(value, list):
        return f"{len(value):,} numbers"
    return round(value, DECIMALS) if isinstance(value, float) else value
