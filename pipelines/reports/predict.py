"""What a person sees after predicting files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

DECIMALS = 6


def predictions_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The predictions, a row each.

    Args:
        rows: Each begins with the path of its file, of which the name alone is shown: whole
            paths are in the CSV file.
    """
    table = Table(*(rows[0] if rows else ()))
    for row in rows:
        path, *values = row.values()
        table.add_row(escape(Path(path).name), *(escape(str(_rounded(value))) for value in values))
    return table


def _rounded(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, float) else value
