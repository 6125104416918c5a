"""What a person sees after the validate stage."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from components.validate.findings import Outcome


def rules_table(outcomes: Sequence[Outcome], rows: int, docs: Path) -> Table:
    """How many rules were checked and how many are broken, for the terminal.

    Args:
        outcomes: What became of each rule; those that are broken are warnings.
        rows: Images that were checked.
        docs: Where all findings are.
    """
    table = Table("images", "rules", "warnings", "all findings", title="checks")
    warnings = sum(not outcome.success for outcome in outcomes)
    table.add_row(f"{rows:,}", str(len(outcomes)), str(warnings), str(docs))
    return table
