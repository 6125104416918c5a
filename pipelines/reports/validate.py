"""What a person sees after the validate stage."""

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE

from components.core.text import word
from components.validate.findings import Outcome
from pipelines.reports.terminal import PlainTable

ROWS_SHOWN = 20


def rules_table(outcomes: Sequence[Outcome], rows: int, docs: Path) -> PlainTable:
    """How many rules were checked and how many are broken, for the terminal.

    Args:
        outcomes: What became of each rule; those that are broken are warnings.
        rows: Samples that were checked.
        docs: Where all findings are.
    """
    table = PlainTable("samples", "rules", "warnings", "all findings", title="checks")
    warnings = sum(not outcome.success for outcome in outcomes)
    table.add_row(f"{rows:,}", str(len(outcomes)), str(warnings), str(docs))
    return table


def findings_table(outcomes: Sequence[Outcome], title: str) -> PlainTable:
    """A table of what breaks rules, errors first, for the terminal.

    It has 20 rows at most: the first of every rule, then the second of every rule, and so on.

    Args:
        outcomes: The rules that are broken.
        title: Stands above the table.
    """
    rules = sorted(outcomes, key=lambda outcome: not outcome.critical)
    order = sorted((nth, at) for at, rule in enumerate(rules) for nth in range(len(rule.findings)))
    hidden = len(order) - ROWS_SHOWN
    table = PlainTable(
        title=title, caption=f"and {hidden:,} more" if hidden > 0 else None, box=SIMPLE
    )
    for heading in ("", "rule", "file", "shard: row", "value"):
        table.add_column(heading, overflow="fold")
    for at, nth in sorted((at, nth) for nth, at in order[:ROWS_SHOWN]):
        rule, finding = rules[at], rules[at].findings[nth]
        place = "" if finding.row is None else f"{Path(finding.shard).stem}: {finding.row}"
        cells = (rule.rule, finding.path or "", place, finding.value)
        table.add_row(rule.severity, *map(word, cells))
    return table
