"""Writes the rows of every batch into a file of its own and joins the files in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from components.core.parquet import ParquetWriter, read_batches

ERROR = "error"
PROBABILITY = "probability"
PLAIN = pa.schema({PROBABILITY: pa.float32()})
PARTS_A_GROUP = 64
ROWS = 65_536
SHOWN = 5


@dataclass(frozen=True)
class Scored:
    """What became of a batch.

    Attributes:
        start: The number of its first sample among all.
        samples: How many samples it has.
        rows: None, one or many rows a sample; one, with `error`, where it could not be scored.
    """

    start: int
    samples: int
    rows: Sequence[Mapping[str, Any]]


@dataclass
class Tally:
    """What became of the samples.

    Attributes:
        samples: All of them.
        failed: Those that could not be scored.
        failures: The first few of these: path and reason.
        left_out: How many files and folders are no samples, by reason.
    """

    samples: int = 0
    failed: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    left_out: Mapping[str, int] = field(default_factory=dict)

    def add(self, samples: int, rows: pa.Table) -> None:
        """Counts some samples and those of their rows that say why they could not be scored."""
        failed = rows.filter(rows[ERROR].is_valid())
        self.samples += samples
        self.failed += failed.num_rows
        shown = failed.slice(0, SHOWN - len(self.failures)).to_pylist()
        self.failures += [(str(row[rows.column_names[0]]), row[ERROR]) for row in shown]


def part_schema(path_column: str, columns: pa.Schema) -> pa.Schema:
    """The path of the sample, the columns of a prediction, `error`."""
    return pa.schema([pa.field(path_column, pa.string()), *columns, pa.field(ERROR, pa.string())])


def write_part(scored: Scored, folder: Path, schema: pa.Schema) -> None:
    """Writes the rows of a batch, whole or not at all, as a runner may repeat it.

    Args:
        scored: The rows; what one lacks becomes null.
        folder: Where the parts go.
        schema: The columns.
    """
    part = folder / f"{scored.start:012}-{scored.samples}.parquet"
    unfinished = part.with_suffix(".tmp")
    with ParquetWriter(unfinished, schema) as writer:
        writer.write_table(pa.Table.from_pylist(list(scored.rows), schema))
    unfinished.replace(part)


def count_samples(parts: Iterable[Path]) -> int:
    """The samples of some parts, whatever they have become."""
    return sum(int(part.stem.rpartition("-")[2]) for part in parts)


def join_parts(folder: Path, file: Path, schema: pa.Schema, plain: bool) -> Tally:
    """Joins the parts in the order of the samples, some at a time.

    Args:
        folder: The parts.
        file: The table to write.
        schema: The columns of the parts.
        plain: Whether to keep only `probability`, NaN where there is none.
    """
    tally = Tally()
    with ParquetWriter(file, PLAIN if plain else schema, compression="zstd") as writer:
        parts = iter(sorted(folder.glob("*.parquet")))
        while group := list(islice(parts, PARTS_A_GROUP)):
            batches = [batch for part in group for batch in read_batches(part, ROWS)]
            rows = pa.Table.from_batches(batches, schema)
            tally.add(count_samples(group), rows)
            writer.write_table(_probabilities(rows) if plain else rows)
    return tally


def _probabilities(rows: pa.Table) -> pa.Table:
    return pa.table([pc.fill_null(rows[PROBABILITY], float("nan"))], schema=PLAIN)
