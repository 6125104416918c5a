"""What a person sees after the ingest stage."""

from rich.filesize import decimal
from rich.table import Table

from components.core.table import SPLITS
from components.ingest.summary import IngestSummary

STRATA_SHOWN = 20


def ingest_table(summary: IngestSummary, title: str) -> Table:
    """A table with a column a split and a row a stratum, for the terminal."""
    strata = sorted({stratum for stratum, _ in summary.samples})
    table = Table(title=title, caption=f"{summary.shards} shards, {decimal(summary.size)}")
    table.add_column("stratum", footer="all")
    for split, total in summary.per_split().items():
        table.add_column(split, footer=f"{total:,}", justify="right")
    table.show_footer = True
    if strata == [""]:
        return table
    for stratum in strata[:STRATA_SHOWN]:
        counts = (f"{summary.samples.get((stratum, split), 0):,}" for split in SPLITS)
        table.add_row(stratum, *counts)
    if len(strata) > STRATA_SHOWN:
        table.add_row(f"and {len(strata) - STRATA_SHOWN} more")
    return table
