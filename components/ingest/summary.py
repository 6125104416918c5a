"""What the ingest stage wrote."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from components.core.table import SPLITS


def describe_left_out(count: int) -> str:
    """What follows in a message where a source has left files out; nothing if it has not."""
    return f"; {count:,} left out, which lead out of the folder or are no files" if count else ""


@dataclass(frozen=True)
class IngestSummary:
    """What was written.

    Attributes:
        samples: Number of samples by stratum and split.
        shards: Number of parquet files.
        size: Their size in bytes.
        left_out: How many files and folders the source left out for where they lie.
    """

    samples: Mapping[tuple[str, str], int]
    shards: int
    size: int
    left_out: int = 0

    def per_split(self) -> dict[str, int]:
        """The number of samples of each split."""
        totals: Counter[str] = Counter(dict.fromkeys(SPLITS, 0))
        for (_, split), count in self.samples.items():
            totals[split] += count
        return dict(totals)
