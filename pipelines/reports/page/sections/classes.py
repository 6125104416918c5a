"""Metrics of single classes, with their intervals and the champion's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from components.core.layout import CHAMPION_FILE, INTERVALS_FILE, PER_CLASS_FILE
from components.core.measures import CLASS
from pipelines.reports.page.content import Cell, Table, number
from pipelines.reports.page.sources import Sources

STAGE = "evaluate"
SHOWN = 60
OPEN = 30


def class_table(sources: Sources) -> Table | None:
    """A row a class; None where the task has no metrics of single classes."""
    measured = sources.table(STAGE, PER_CLASS_FILE, words=[CLASS])
    if measured is None:
        return None
    intervals = sources.content(STAGE, INTERVALS_FILE) or {}
    champion = sources.content(STAGE, CHAMPION_FILE) or {}
    metrics = [str(name) for name in measured if name != CLASS]
    columns = list(_headings(metrics, intervals, champion))
    rows = [
        [row[CLASS], *_cells(row, metrics, intervals, champion)]
        for _, row in measured.head(SHOWN).iterrows()
    ]
    more = len(measured) - SHOWN
    text = f"And {more:,} more in {PER_CLASS_FILE}." if more > 0 else ""
    numeric = frozenset(range(1, len(columns) + 1))
    folded = len(measured) > OPEN
    return Table("Metrics of each class", [CLASS, *columns], rows, text, numeric, folded)


def _headings(
    metrics: Sequence[str], intervals: Mapping[str, Any], champion: Mapping[str, float]
) -> Iterator[str]:
    for name in metrics:
        yield name.replace("_", " ")
        if _any_of(name, intervals):
            yield "95% interval"
        if _any_of(name, champion):
            yield "champion"


def _cells(
    row: pd.Series,
    metrics: Sequence[str],
    intervals: Mapping[str, Any],
    champion: Mapping[str, float],
) -> Iterator[Cell]:
    for name in metrics:
        key = f"{name}/{row[CLASS]}"
        yield number(row[name])
        if _any_of(name, intervals):
            yield " to ".join(map(number, intervals.get(key, ())))
        if _any_of(name, champion):
            yield "" if pd.isna(champion.get(key)) else number(champion[key])


def _any_of(metric: str, values: Mapping[str, Any]) -> bool:
    return any(key.startswith(f"{metric}/") for key in values)
