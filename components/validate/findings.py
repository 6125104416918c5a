"""What Great Expectations found, rule by rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from components.validate.rows import PLACE

ROWS_SHOWN = 20


@dataclass(frozen=True)
class Finding:
    """What breaks a rule: a row or, where `image_path` is None, the table as a whole."""

    value: str
    image_path: str | None = None
    shard: str = ""
    row: int | None = None

    def __str__(self) -> str:
        if self.image_path is None:
            return self.value
        return f"{self.image_path} ({self.shard}, row {self.row}): {self.value}"


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


def read_outcome(result: ExpectationValidationResult) -> Outcome:
    """Turns the complete result of one expectation into an outcome."""
    config = result.expectation_config
    return Outcome(
        rule=rule_name(config),
        critical=config.severity == "critical",
        success=bool(result.success),
        findings=list(_find(result)),
    )


def rule_name(config: ExpectationConfiguration) -> str:
    """The description of an expectation; without one, its type and column."""
    return config.description or f"{config.type} {config.kwargs.get('column', '')}".strip()


def _find(result: ExpectationValidationResult) -> Iterator[Finding]:
    for row in result.result.get("unexpected_index_list", ()):
        values = [str(value) for name, value in row.items() if name not in PLACE]
        yield Finding(", ".join(values), **{name: row[name] for name in PLACE})
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


def findings_table(outcomes: Sequence[Outcome], title: str) -> Table:
    """A table of what breaks rules, errors first, for the terminal.

    It has 20 rows at most: the first of every rule, then the second of every rule, and so on.
    """
    rules = sorted(outcomes, key=lambda outcome: not outcome.critical)
    order = sorted((nth, at) for at, rule in enumerate(rules) for nth in range(len(rule.findings)))
    hidden = len(order) - ROWS_SHOWN
    table = Table(title=title, caption=f"and {hidden:,} more" if hidden > 0 else None, box=SIMPLE)
    for heading in ("", "rule", "file", "shard: row", "value"):
        table.add_column(heading, overflow="fold")
    for at, nth in sorted((at, nth) for nth, at in order[:ROWS_SHOWN]):
        rule, finding = rules[at], rules[at].findings[nth]
        place = "" if finding.row is None else f"{Path(finding.shard).stem}: {finding.row}"
        cells = (rule.rule, finding.image_path or "", place, finding.value)
        table.add_row(rule.severity, *map(escape, cells))
    return table
