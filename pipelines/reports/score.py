"""What a person sees after scoring."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from components.score.parts import Tally


def tally_table(tally: Tally, out: Path, seconds: float) -> Table:
    """The counts, the speed and the first few failures.

    Args:
        tally: What became of the samples.
        out: The parquet file that was written.
        seconds: How long it took.
    """
    table = Table(title=f"{out}", show_header=False)
    table.add_row("samples", f"{tally.samples:,}")
    table.add_row("scored", f"{tally.samples - tally.failed:,}")
    failed = f"{tally.failed:,}"
    table.add_row("could not be scored", f"[bold red]{failed}[/]" if tally.failed else failed)
    for path, reason in tally.failures:
        table.add_row("", escape(f"{path}: {reason}"))
    if tally.failed > len(tally.failures):
        table.add_row("", f"… and {tally.failed - len(tally.failures):,} more")
    table.add_row("seconds, with start-up", f"{seconds:,.1f}")
    table.add_row("samples/s", f"{tally.samples / seconds:,.1f}")
    return table
