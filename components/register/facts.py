"""What is known of the data that a model was made of: counts, hashes and where they came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from components.core.incoming import list_batches
from components.core.layout import data_folder
from components.core.parquet import count_rows, read_batches
from components.core.parts import Labels
from components.core.table import SPLITS
from components.core.task import Spec
from components.register.provenance import data_hash, source_hash

ROWS = 4096


@dataclass(frozen=True)
class DataFacts:
    """The data of a task.

    Attributes:
        folder: The shards.
        digest: DVC's hash of them.
        kind: The kind of the source.
        source: Its path.
        source_digest: DVC's hash of it.
        batches: What was appended to it.
        counts: The samples of each split by stratum, such as the class; `""` where the task has
            one stratum only.
    """

    folder: Path
    digest: str
    kind: str
    source: str
    source_digest: str
    batches: Sequence[str]
    counts: Mapping[str, Mapping[str, int]]

    def samples(self, split: str) -> int:
        """How many samples a split has."""
        return sum(self.counts[split].values())


def read_facts(spec: Spec) -> DataFacts:
    """Looks the facts up; of the shards no more than small label columns is read.

    Raises:
        ConvoyError: When a shard cannot be read.
    """
    folder, source = data_folder(spec.name), spec.params["source"]
    return DataFacts(
        folder=folder,
        digest=data_hash(spec.name),
        kind=str(source["kind"]),
        source=str(source["path"]),
        source_digest=source_hash(str(source["path"])),
        batches=[batch.name for batch in list_batches(spec.name)],
        counts={split: _count(folder, split, spec.labels) for split in SPLITS},
    )


def _count(folder: Path, split: str, labels: Labels) -> Mapping[str, int]:
    files = sorted(folder.glob(f"{split}-*.parquet"))
    if type(labels).stratum is Labels.stratum:  # one for all: nothing has to be read
        return {"": sum(sum(count_rows(file)) for file in files)}
    counts = Counter(labels.stratum(row) for file in files for row in _read_labels(file, labels))
    return dict(sorted(counts.items()))


def _read_labels(file: Path, labels: Labels) -> Iterator[Mapping[str, Any]]:
    """The labels of each sample, without what is encoded, such as masks."""
    columns = [name for name, kind in labels.columns().items() if not pa.types.is_binary(kind)]
    for batch in read_batches(file, ROWS, columns):
        yield from batch.to_pylist()
