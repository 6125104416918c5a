"""What the ingest stage wrote."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from components.core.table import SPLITS
from components.core.tabular import write_csv
from components.ingest.duplicates import DUPLICATES_FILE, Duplicate

CLEANED_FILE = "cleaned.csv"


@dataclass(frozen=True)
class IngestSummary:
    """What was written.

    Attributes:
        samples: Number of samples by stratum and split.
        shards: Number of parquet files.
        size: Their size in bytes.
        left_out: How many files and folders the source left out, by reason.
        duplicates: The samples that `checks.duplicates` has left out.
        cleaned: How many parts of labels were left out.
        report: The folder of the files that list both, if there is one.
    """

    samples: Mapping[tuple[str, str], int]
    shards: int
    size: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    duplicates: Sequence[Duplicate] = ()
    cleaned: int = 0
    report: Path | None = None

    def per_split(self) -> dict[str, int]:
        """The number of samples of each split."""
        totals: Counter[str] = Counter(dict.fromkeys(SPLITS, 0))
        for (_, split), count in self.samples.items():
            totals[split] += count
        return dict(totals)


def write_cleaned(cleaned: Sequence[tuple[str, str]], folder: Path) -> None:
    """Writes what was left out of labels, and of which sample's, to `cleaned.csv`."""
    table = pd.DataFrame(cleaned, columns=["path", "left_out"])
    write_csv(table, folder / CLEANED_FILE)


def describe_cleaned(summary: IngestSummary) -> str:
    """Says how much was left out of labels and which file lists it; nothing if none was."""
    if not summary.cleaned:
        return ""
    listed = f"; see {summary.report / CLEANED_FILE}" if summary.report else ""
    return f"left out of labels: {summary.cleaned:,}{listed}"


def describe_duplicates(summary: IngestSummary) -> str:
    """Says how many duplicates were left out and which file lists them; nothing if none was."""
    if not summary.duplicates:
        return ""
    listed = f"; see {summary.report / DUPLICATES_FILE}" if summary.report else ""
    across = sum(each.crosses for each in summary.duplicates)
    return (
        f"duplicates left out: {len(summary.duplicates):,}, "
        f"{across:,} of them in another split than the one that is kept{listed}"
    )
