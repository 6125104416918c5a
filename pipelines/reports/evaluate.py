"""What a person sees of measured models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from components.core.layout import CHAMPION_FILE, DECISION_FILE, METRICS_FILE
from components.core.measures import overall
from components.core.tabular import read_json
from components.core.text import word
from pipelines.reports.terminal import PlainTable

if TYPE_CHECKING:  # its module loads TensorFlow
    from components.evaluate.compare import Comparison


def metrics_table(evaluation: Path) -> PlainTable:
    """The model's metrics beside the champion's, and the gate's reasons below.

    Args:
        evaluation: Folder with the metrics, the champion's and the decision.
    """
    metrics, champion = (read_json(evaluation / file) for file in (METRICS_FILE, CHAMPION_FILE))
    champion = champion or {}
    caption = verdict(read_json(evaluation / DECISION_FILE))
    table = PlainTable("metric", title="test split", caption=caption)
    table.add_column("this model", justify="right")
    table.add_column("champion", justify="right")
    for name, value in overall(metrics).items():  # those of single classes are in the report
        before = f"{champion[name]:.4g}" if name in champion else ""
        table.add_row(word(name), f"{value:.4g}", before)
    return table


def verdict(decision: Mapping[str, Any]) -> str:
    """The gate's decision in a line a reason."""
    return "\n".join(
        ["may be promoted" if decision["accepted"] else "refused", *decision["reasons"]]
    )


def comparison_table(comparison: Comparison) -> PlainTable:
    """The metrics of the whole split, B minus A, and the intervals of those of the gate."""
    table = PlainTable("metric", title=f"{comparison.task}: the current test split")
    for heading in (*comparison.names, "difference", "95% interval, per sample"):
        table.add_column(heading, justify="right")
    first, second = comparison.metrics
    for metric in dict.fromkeys([*comparison.intervals, *first, *second]):
        if "/" in metric:  # of single classes
            continue
        values = first.get(metric, np.nan), second.get(metric, np.nan)
        low, high = comparison.intervals.get(metric, (np.nan, np.nan))
        interval = "" if np.isnan(low) else f"{low:+.4f} to {high:+.4f}"
        difference = _show(values[1] - values[0], "+")
        table.add_row(word(metric), *map(_show, values), difference, interval)
    return table


def _show(value: float, sign: str = "") -> str:
    return "" if np.isnan(value) else f"{value:{sign}.4g}"
