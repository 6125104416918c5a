"""What a person sees after the stages that measure and register."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from components.core.layout import CHAMPION_FILE, DECISION_FILE, METRICS_FILE, REGISTRATION_FILE


def metrics_table(evaluation: Path) -> Table:
    """The model's metrics beside the champion's, and the gate's reasons below.

    Args:
        evaluation: Folder with the metrics, the champion's and the decision.
    """
    metrics, champion = _read(evaluation / METRICS_FILE), _read(evaluation / CHAMPION_FILE) or {}
    table = Table("metric", title="test split", caption=verdict(_read(evaluation / DECISION_FILE)))
    table.add_column("this model", justify="right")
    table.add_column("champion", justify="right")
    for name, value in metrics.items():
        if "/" not in name:  # those of single classes are in the report
            table.add_row(name, f"{value:.4g}", f"{champion[name]:.4g}" if name in champion else "")
    return table


def registration_table(registered: Path) -> Table:
    """The new version and why it was promoted or not.

    Args:
        registered: Folder with the registration.
    """
    registration = _read(registered / REGISTRATION_FILE)
    table = Table("version", "alias", "because", title="registry")
    alias = "champion" if registration["accepted"] else "challenger"
    table.add_row(registration["version"], alias, "\n".join(registration["reasons"]))
    return table


def verdict(decision: Mapping[str, Any]) -> str:
    """The gate's decision in a line a reason."""
    return "\n".join(
        ["may be promoted" if decision["accepted"] else "refused", *decision["reasons"]]
    )


def _read(file: Path) -> Any:
    return json.loads(file.read_text())
