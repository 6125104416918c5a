"""What a person sees after the ingest stage."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rich.filesize import decimal
from rich.table import Table

from components.core.table import SPLITS

STRATA_SHOWN = 20


@dataclass(frozen=True)
class IngestSummary:
    """What was written.

    Attributes:
        images: Number of images by stratum and split.
        shards: Number of parquet files.
        size: Their size in bytes.
    """

    images: Mapping[tuple[str, str], int]
    shards: int
    size: int

    def per_split(self) -> dict[str, int]:
        """The number of images of each split."""
        totals: Counter[str] = Counter(dict.fromkeys(SPLITS, 0))
        for (_, split), count in self.images.items():
            totals[split] += count
        return dict(totals)

    def table(self, title: str) -> Table:
        """A table with a column a split and a row a stratum, for the terminal."""
        strata = sorted({stratum for stratum, _ in self.images})
        table = Table(title=title, caption=f"{self.shards} shards, {decimal(self.size)}")
        table.add_column("stratum", footer="all")
        for split, total in self.per_split().items():
            table.add_column(split, footer=f"{total:,}", justify="right")
        table.show_footer = True
        if strata == [""]:
            return table
        for stratum in strata[:STRATA_SHOWN]:
            counts = (f"{self.images.get((stratum, split), 0):,}" for split in SPLITS)
            table.add_row(stratum, *counts)
        if len(strata) > STRATA_SHOWN:
            table.add_row(f"and {len(strata) - STRATA_SHOWN} more")
        return table
