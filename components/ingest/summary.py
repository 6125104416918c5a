"""What the ingest stage wrote."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from components.core.table import SPLITS


@dataclass(frozen=True)
class IngestSummary:
    """What was written.

    Attributes:
        samples: Number of samples by stratum and split.
        shards: Number of parquet files.
        size: Their size in bytes.
    """

    samples: Mapping[tuple[str, str], int]
    shards: int
    size: int

    def per_split(self) -> dict[str, int]:
        """The number of samples of each split."""
        totals: Counter[str] = Counter(dict.fromkeys(SPLITS, 0))
        for (_, split), count in self.samples.items():
            totals[split] += count
        return dict(totals)
