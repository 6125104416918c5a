"""What Great Expectations found, rule by rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from components.core.tabular import write_csv
from components.core.text import word
from components.validate.rows import Place

FINDINGS_FILE = "findings.csv"
COLUMNS = ("rule", "severity", "path", "shard", "row", "value")


@dataclass(frozen=True)
class Finding:
    """What breaks a rule: a row or, where `path` is None, the table as a whole."""

    value: str
    path: str | None = None
    shard: str = ""
    row: int | None = None

    def __str__(self) -> str:
        value = word(self.value)
        if self.path is None:
            return value
        return f"{word(self.path)} ({word(self.shard)}, row {self.row}): {value}"


@dataclass(frozen=True)
class Outcome:
    """One rule and what breaks it.

    Attributes:
        rule: Its name.
        critical: Whether breaking it stops the run.
        success: Whether it is kept.
        findings: What breaks it; an expectation with `mostly` may be kept in spite of some.
    """

    rule: str
    critical: bool
    success: bool
    findings: Sequence[Finding]

    @property
    def severity(self) -> str:
        """`error` when it stops the run, otherwise `warning`."""
        return "error" if self.critical else "warning"


def write_findings(outcomes: Sequence[Outcome], file: Path) -> None:
    """Writes everything that breaks a rule as CSV, a line a finding.

    Args:
        outcomes: The rules.
        file: Its columns are rule, severity, path, shard, row and value; path, shard and row are
            empty for what is found in the table as a whole.
    """
    rows = [
        (outcome.rule, outcome.severity, found.path, found.shard, found.row, found.value)
        for outcome in outcomes
        for found in outcome.findings
    ]
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    write_csv(table, file)


def read_outcome(result: ExpectationValidationResult, place: Place) -> Outcome:
    """Turns the complete result of one expectation into an outcome."""
    config = result.expectation_config
    return Outcome(
        rule=rule_name(config),
        critical=config.severity == "critical",
        success=bool(result.success),
        findings=list(_find(result, place)),
    )


def rule_name(config: ExpectationConfiguration) -> str:
    """The description of an expectation; without one, its type and column."""
    return config.description or f"{config.type} {config.kwargs.get('column', '')}".strip()


def _find(result: ExpectationValidationResult, place: Place) -> Iterator[Finding]:
    for row in result.result.get("unexpected_index_list", ()):
        values = [str(value) for name, value in row.items() if name not in place]
        yield Finding(", ".join(values), *(row[name] for name in place))
    if result.success or result.result.get("unexpected_index_list"):
        return
    if missing := result.result.get("partial_missing_list"):
        yield Finding(f"missing: {', '.join(map(str, missing))}")
    elif result.result:
        value = result.result.get("observed_value")
        yield Finding(f"found: {value:.4g}" if isinstance(value, float) else f"found: {value}")
    else:
        yield Finding(f"cannot be checked: {_exception(result.exception_info)}")


def _exception(info: dict[str, Any]) -> str:
    if "exception_message" in info:
        return str(info["exception_message"])
    return "; ".join(str(each["exception_message"]) for each in info.values())  # one a metric
