"""Checks the canonical table and stops the run when it breaks a rule."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from components.core.errors import ConvoyError
from components.core.files import replace_folder
from components.core.table import SPLITS
from components.validate.expectations import image_expectations
from components.validate.findings import Outcome, findings_table
from components.validate.rows import read_rows
from components.validate.suite import DATA_DOCS, run_suite
from components.validate.summary import rules_table
from pipelines.params import TaskParams
from pipelines.tasks.base import Task

METRICS = "validation.json"


def validate(name: str, task: Task, params: TaskParams, data: Path, report: Path) -> None:
    """Checks all shards against the rules for image tables and those of the task.

    When no critical rule is broken, `report` gets the Data Docs (`data_docs/index.html`) and
    the context (`great_expectations`), and `validation.json` beside `report` gets the
    figures. Otherwise both stay as they were, and the Data Docs go to `<report>-failed`.

    Args:
        name: The name of the task.
        task: The task.
        params: Its parameters.
        data: The folder of the shards.
        report: The folder to replace.

    Raises:
        ConvoyError: When a shard cannot be read, or a critical rule is broken; names the
            rules, and the file and row that break each first.
    """
    rows = read_rows(data, task)
    failed = report.with_name(f"{report.name}-failed")
    shutil.rmtree(failed, ignore_errors=True)
    rules = [*image_expectations(params.checks), *task.expectations(params)]
    outcomes = run_suite(name, rules, rows, failed)
    broken = [outcome for outcome in outcomes if not outcome.success]
    if broken:
        Console(stderr=True).print(findings_table(broken, str(data)))
    if errors := [outcome for outcome in broken if outcome.critical]:
        raise ConvoyError(describe_errors(name, errors, failed / DATA_DOCS / "index.html"))
    replace_folder(failed, report)
    write_metrics(summarise(rows, outcomes), report.with_name(METRICS))
    Console().print(rules_table(outcomes, len(rows), report / DATA_DOCS / "index.html"))


def describe_errors(name: str, errors: Sequence[Outcome], docs: Path) -> str:
    """Says which rules are broken, and what breaks each first."""
    lines = [f"{name}: the data breaks rules; see {docs}"]
    for outcome in errors:
        others = len(outcome.findings) - 1
        more = f" and {others:,} more" if others else ""
        lines.append(f'  "{outcome.rule}" is broken by {outcome.findings[0]}{more}')
    return "\n".join(lines)


def summarise(rows: pd.DataFrame, outcomes: Sequence[Outcome]) -> dict:
    """The figures for `dvc metrics`; the same for the same data, wherever it is checked."""
    broken = [outcome for outcome in outcomes if not outcome.success]
    return {
        "success": not any(outcome.critical for outcome in broken),
        "warnings": sum(not outcome.critical for outcome in broken),
        "rows": {split: int((rows["split"] == split).sum()) for split in SPLITS},
        "rules": {
            outcome.rule: {"success": outcome.success, "unexpected": len(outcome.findings)}
            for outcome in outcomes
        },
    }


def write_metrics(metrics: dict, file: Path) -> None:
    """Writes a JSON file as a whole or not at all."""
    partial = file.with_name(f".{file.name}.partial")
    partial.write_text(json.dumps(metrics, indent=2) + "\n")
    partial.replace(file)
