"""What a person sees after scoring."""

from pathlib import Path

from rich.text import Text

from components.core.text import word
from components.core.walking import describe_left_out
from components.score.parts import Tally
from pipelines.reports.terminal import PlainTable


def tally_table(tally: Tally, out: Path, seconds: float) -> PlainTable:
    """The counts, the speed and the first few failures.

    Args:
        tally: What became of the samples.
        out: The parquet file that was written.
        seconds: How long it took.
    """
    table = PlainTable(title=f"{out}", show_header=False)
    table.add_row("samples", f"{tally.samples:,}")
    table.add_row("scored", f"{tally.samples - tally.failed:,}")
    failed = f"{tally.failed:,}"
    table.add_row("could not be scored", Text(failed, "bold red" if tally.failed else ""))
    for path, reason in tally.failures:
        table.add_row("", f"{word(path)}: {word(reason)}")
    if tally.failed > len(tally.failures):
        table.add_row("", f"… and {tally.failed - len(tally.failures):,} more")
    if told := describe_left_out(tally.left_out):
        table.add_row("", told)
    table.add_row("seconds, with start-up", f"{seconds:,.1f}")
    table.add_row("samples/s", f"{tally.samples / seconds:,.1f}")
    return table
