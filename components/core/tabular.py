"""JSON and CSV files, written as a whole or not at all."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from components.core.text import csv_cell


def read_json(file: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


def write_json(content: object, file: Path) -> None:
    """Writes a JSON file, indented for people."""
    with _whole(file) as stream:
        stream.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def write_csv(table: pd.DataFrame | Mapping[str, Sequence[Any]], file: Path) -> None:
    """Writes a table as CSV, floats with six decimals, missing values as empty cells.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.

    Args:
        table: A row an entry, a column a name.
        file: The file.
    """
    frame = pd.DataFrame(table).rename(columns=csv_cell)
    words = frame.select_dtypes(exclude=["number", "bool"]).columns
    frame[words] = frame[words].applymap(csv_cell, na_action="ignore")
    with _whole(file) as stream:
        frame.to_csv(stream, index=False, float_format="%.6f", lineterminator="\n")


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    partial = file.with_name(f".{file.name}.partial")
    try:
        # names of files may hold bytes that are no UTF-8
        with partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            yield stream
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
