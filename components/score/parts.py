"""Writes the rows of every batch into a file of its own and joins the files in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PATH = "image_path"
ERROR = "error"
PROBABILITY = "probability"
PLAIN = pa.schema({PROBABILITY: pa.float32()})
PARTS_A_GROUP = 64
SHOWN = 5


@dataclass(frozen=True)
class Scored:
    """What became of a batch.

    Attributes:
        start: The number of its first image among all.
        rows: A row an image.
    """

    start: int
    rows: Sequence[Mapping[str, Any]]


@dataclass
class Tally:
    """What became of the images.

    Attributes:
        images: All of them.
        failed: Those that could not be scored.
        failures: The first few of these: path and reason.
    """

    images: int = 0
    failed: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    def add(self, rows: pa.Table) -> None:
        """Counts some rows."""
        failed = rows.filter(rows[ERROR].is_valid())
        self.images += rows.num_rows
        self.failed += failed.num_rows
        shown = failed.slice(0, SHOWN - len(self.failures)).to_pylist()
        self.failures += [(str(row[PATH]), row[ERROR]) for row in shown]


def part_schema(columns: pa.Schema) -> pa.Schema:
    """`image_path`, the columns of a scored image, `error`."""
    return pa.schema([pa.field(PATH, pa.string()), *columns, pa.field(ERROR, pa.string())])


def write_part(scored: Scored, folder: Path, schema: pa.Schema) -> None:
    """Writes the rows of a batch, whole or not at all, as a runner may repeat it.

    Args:
        scored: The rows; what one lacks becomes null.
        folder: Where the parts go.
        schema: The columns.
    """
    part = folder / f"{scored.start:012}-{len(scored.rows)}.parquet"
    unfinished = part.with_suffix(".tmp")
    pq.write_table(pa.Table.from_pylist(list(scored.rows), schema), unfinished)
    unfinished.replace(part)


def count_images(folder: Path) -> int:
    """The images in the parts that are written."""
    return sum(int(part.stem.rpartition("-")[2]) for part in folder.glob("*.parquet"))


def join_parts(folder: Path, file: Path, schema: pa.Schema, plain: bool) -> Tally:
    """Joins the parts in the order of the images, some at a time.

    Args:
        folder: The parts.
        file: The table to write.
        schema: The columns of the parts.
        plain: Whether to keep only `probability`, NaN where there is none.
    """
    tally = Tally()
    with pq.ParquetWriter(file, PLAIN if plain else schema, compression="zstd") as writer:
        parts = iter(sorted(folder.glob("*.parquet")))
        while group := list(islice(parts, PARTS_A_GROUP)):
            rows = pa.concat_tables([pq.read_table(part) for part in group])
            tally.add(rows)
            writer.write_table(_probabilities(rows) if plain else rows)
    return tally


def _probabilities(rows: pa.Table) -> pa.Table:
    return pa.table([pc.fill_null(rows[PROBABILITY], float("nan"))], schema=PLAIN)
