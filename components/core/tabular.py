"""JSON and CSV files, written as a whole or not at all."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pandas as pd


def read_json(file: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(file.read_text(encoding="utf-8"))


def write_json(content: object, file: Path) -> None:
    """Writes a JSON file, indented for people."""
    with _whole(file) as stream:
        stream.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def write_csv(table: pd.DataFrame | Mapping[str, Sequence[Any]], file: Path) -> None:
    """Writes a table as CSV, floats with six decimals, missing values as empty cells.

    Args:
        table: A row an entry, a column a name.
        file: The file.
    """
    with _whole(file) as stream:
        pd.DataFrame(table).to_csv(stream, index=False, float_format="%.6f", lineterminator="\n")


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    partial = file.with_name(f".{file.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
