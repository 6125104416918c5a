"""What a person sees after the ingest stage."""

from rich.filesize import decimal

from components.core.table import SPLITS
from components.core.text import word
from components.ingest.summary import IngestSummary
from pipelines.reports.terminal import PlainTable

STRATA_SHOWN = 20


def ingest_table(summary: IngestSummary, title: str) -> PlainTable:
    """A table with a column a split and a row a stratum, for the terminal."""
    strata = sorted({stratum for stratum, _ in summary.samples})
    table = PlainTable(title=title, caption=f"{summary.shards} shards, {decimal(summary.size)}")
    table.add_column("stratum", footer="all")
    for split, total in summary.per_split().items():
        table.add_column(split, footer=f"{total:,}", justify="right")
    table.show_footer = True
    if strata == [""]:
        return table
    for stratum in strata[:STRATA_SHOWN]:
        counts = (f"{summary.samples.get((stratum, split), 0):,}" for split in SPLITS)
        table.add_row(word(stratum), *counts)
    if len(strata) > STRATA_SHOWN:
        table.add_row(f"and {len(strata) - STRATA_SHOWN} more")
    return table
