"""Checks the canonical table and stops the run when it breaks a rule."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from components.core.errors import DataError
from components.core.faults import list_some
from components.core.files import replace_folder
from components.core.layout import RULES_FILE
from components.core.table import SPLITS
from components.core.tabular import write_csv, write_json
from components.core.task import Spec
from components.validate.expectations import table_rules
from components.validate.findings import FINDINGS_FILE, Outcome, write_findings
from components.validate.rows import place_of, read_rows
from components.validate.suite import DATA_DOCS, run_suite

METRICS = "validation.json"
RULES_SHOWN = 20


@dataclass(frozen=True)
class Checked:
    """What became of data that break no critical rule.

    Attributes:
        outcomes: Every rule in order; those that are broken are warnings.
        rows: Samples that were checked.
    """

    outcomes: Sequence[Outcome]
    rows: int


class BrokenRulesError(DataError):
    """The data break a critical rule.

    Attributes:
        outcomes: All rules that are broken, warnings among them.
    """

    def __init__(self, message: str, outcomes: Sequence[Outcome]) -> None:
        super().__init__(message)
        self.outcomes = outcomes


def validate(spec: Spec, data: Path, report: Path) -> Checked:
    """Checks all shards against the rules for tables and those of sample and labels.

    When no critical rule is broken, `report` gets the Data Docs (`data_docs/index.html`), the
    context (`great_expectations`), a row a rule (`rules.csv`) and everything that breaks one
    (`findings.csv`), and `validation.json` beside `report` gets the figures. Otherwise both stay
    as they were, and all but the figures goes to `<report>-failed`.

    Args:
        spec: The task.
        data: The folder of the shards.
        report: The folder to replace.

    Raises:
        BrokenRulesError: When a critical rule is broken; names the rules, and the file and row
            that break each first.
        ConvoyError: When a shard cannot be read.
    """
    rows = read_rows(data, spec.sample, spec.labels)
    failed = report.with_name(f"{report.name}-failed")
    shutil.rmtree(failed, ignore_errors=True)
    rules = [*table_rules(spec.sample), *spec.labels.rules()]
    outcomes = run_suite(spec.name, rules, rows, place_of(spec.sample), failed)
    write_csv(tabulate(outcomes), failed / RULES_FILE)
    broken = [outcome for outcome in outcomes if not outcome.success]
    write_findings(broken, failed / FINDINGS_FILE)
    if errors := [outcome for outcome in broken if outcome.critical]:
        raise BrokenRulesError(describe_errors(spec.name, errors, failed), broken)
    replace_folder(failed, report)
    write_json(summarise(rows, outcomes), report.with_name(METRICS))
    return Checked(outcomes, len(rows))


def describe_errors(name: str, errors: Sequence[Outcome], folder: Path) -> str:
    """Says which rules are broken, what breaks each first, and which files have the rest.

    Args:
        name: The name of the task.
        errors: The rules, each with what breaks it.
        folder: Where the Data Docs and all findings are.
    """
    lines = []
    for outcome in errors:
        others = len(outcome.findings) - 1
        more = f" and {others:,} more" if others else ""
        lines.append(f'"{outcome.rule}" is broken by {outcome.findings[0]}{more}')
    findings = sum(len(outcome.findings) for outcome in errors)
    shown = min(len(lines), RULES_SHOWN)
    listed = f" and {folder / FINDINGS_FILE}" if shown < findings else ""
    heading = f"{name}: the data breaks rules; see {folder / DATA_DOCS / 'index.html'}{listed}"
    return "\n  ".join([heading, *list_some(lines, RULES_SHOWN)])


def summarise(rows: pd.DataFrame, outcomes: Sequence[Outcome]) -> Mapping[str, Any]:
    """The figures for `dvc metrics`; the same for the same data, wherever it is checked."""
    broken = [outcome for outcome in outcomes if not outcome.success]
    return {
        "success": not any(outcome.critical for outcome in broken),
        "warnings": sum(not outcome.critical for outcome in broken),
        "rows": {split: int((rows["split"] == split).sum()) for split in SPLITS},
    }


def tabulate(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """What became of each rule: `rule`, `severity`, `success`, and how many `unexpected` values."""
    return pd.DataFrame(
        {
            "rule": [outcome.rule for outcome in outcomes],
            "severity": [outcome.severity for outcome in outcomes],
            "success": [outcome.success for outcome in outcomes],
            "unexpected": [len(outcome.findings) for outcome in outcomes],
        }
    )
