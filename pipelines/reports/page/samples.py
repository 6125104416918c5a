"""Reads the canonical table for the page: what its rows are like, and a few of its samples."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from PIL import Image

from components.core.captions import Caption
from components.core.parquet import count_rows, read_batches
from components.core.parts import Labels, Sample
from components.core.pictures import BLANK, Tile, contact_sheet
from components.core.table import NULLABLE, SPLITS, table_schema
from components.core.text import word
from pipelines.reports.page.content import natural

DESCRIBED = 20_000
"""The most rows of a split that are described: the same share of every part of it."""

ROWS = 256
STRATA = 20
IN_A_ROW, TILE = 8, 96
LONE_IN_A_ROW, LONE_TILE, LONE = 5, 176, 15
"""The same without strata, and how many samples there are then."""


class Described(NamedTuple):
    """What some rows of a split are like.

    Attributes:
        rows: As sample and labels describe them.
        every: Which share of the rows they are: one in so many.
    """

    rows: pd.DataFrame
    every: int


class Place(NamedTuple):
    """Where a row lies; the first by hash is a random one that is always the same."""

    digest: str
    file: Path
    row: int


def describe_splits(data: Path, sample: Sample, labels: Labels) -> dict[str, Described]:
    """What the rows of each split are like, evenly chosen where they are many."""
    files = {split: sorted(data.glob(f"{split}-*.parquet")) for split in SPLITS}
    return {split: _describe(each, sample, labels) for split, each in files.items() if each}


def _describe(files: Sequence[Path], sample: Sample, labels: Labels) -> Described:
    total = sum(rows for file in files for rows in count_rows(file))
    every = -(-total // DESCRIBED) or 1
    names = [name for name in table_schema(sample, labels).names if name != sample.column]
    batches = (rows for file in files for rows in _every(file, names, every) if len(rows))
    parts = [labels.describe(rows).join(sample.describe(rows), rsuffix=" ") for rows in batches]
    return Described(pd.concat(parts, ignore_index=True), every)


def _every(file: Path, names: Sequence[str], every: int) -> Iterator[pd.DataFrame]:
    begin = 0
    for batch in read_batches(file, ROWS, names):
        rows = batch.to_pandas(types_mapper=NULLABLE.get)
        chosen = rows.iloc[-begin % every :: every]
        yield chosen[chosen["decode_error"].isna()].reset_index(drop=True)
        begin += len(rows)


def draw_samples(data: Path, sample: Sample, labels: Labels) -> tuple[Image.Image, Caption]:
    """Samples of the training split with their labels, a row a class.

    Args:
        data: Folder of the shards.
        sample: The kind of input.
        labels: Its labels, whose strata are the classes; without strata there are a few rows.
    """
    strata = _choose(sorted(data.glob("train-*.parquet")), sample, labels)
    names = sorted(strata, key=natural)
    shown = names[:STRATA]
    places = [place for name in shown for place in strata[name]]
    rows = _read(places, sample, labels)
    grouped = shown != [""]
    tiles: list[Tile] = []
    in_a_row, side = _layout(sample, grouped)
    for name in shown:
        row = [_tile(rows[place], sample, labels) for place in strata[name]]
        tiles += [*row, *([BLANK] * (-len(row) % in_a_row) if grouped else [])]
    titles = [word(name) for name in shown for _ in range(-(-len(strata[name]) // in_a_row))]
    sheet = contact_sheet(tiles, in_a_row, side, titles if grouped else ())
    return sheet, _caption(names, len(shown), grouped, len(places))


def _layout(sample: Sample, grouped: bool) -> tuple[int, int]:
    """Samples in a row, and the side of each in pixels."""
    in_a_row, side = (IN_A_ROW, TILE) if grouped else (LONE_IN_A_ROW, LONE_TILE)
    if side >= sample.legible:
        return in_a_row, side
    return max(1, in_a_row * side // sample.legible), sample.legible


def _choose(files: Sequence[Path], sample: Sample, labels: Labels) -> Mapping[str, Sequence[Place]]:
    """The rows of each stratum whose hashes are the least."""
    columns = ["sha256", "decode_error", *labels.columns()]
    chosen: dict[str, list[Place]] = defaultdict(list)
    for file in files:
        begin = 0
        for batch in read_batches(file, ROWS, columns):
            for at, row in enumerate(batch.to_pylist(), begin):
                if row["decode_error"] is None:
                    chosen[labels.stratum(row)].append(Place(row["sha256"], file, at))
            begin += batch.num_rows
            for name, places in chosen.items():
                chosen[name] = heapq.nsmallest(IN_A_ROW if name else LONE, places)
    return chosen


def _read(places: Sequence[Place], sample: Sample, labels: Labels) -> dict[Place, dict[str, Any]]:
    """The chosen rows with their samples, of which no others are kept."""
    wanted: dict[Path, dict[int, Place]] = defaultdict(dict)
    for place in places:
        wanted[place.file][place.row] = place
    columns = [sample.column, sample.path_column, *labels.columns()]
    found: dict[Place, dict[str, Any]] = {}
    for file, rows in wanted.items():
        begin = 0
        for group, size in enumerate(count_rows(file)):
            inside = [row for row in rows if begin <= row < begin + size]
            if inside:
                (table,) = _group(file, columns, group, size)
                found |= {rows[row]: table.slice(row - begin, 1).to_pylist()[0] for row in inside}
            begin += size
    return found


def _group(file: Path, columns: Sequence[str], group: int, size: int) -> Iterator[Any]:
    return read_batches(file, size, columns, row_group=group)


def _tile(row: Mapping[str, Any], sample: Sample, labels: Labels) -> Tile:
    return labels.draw(sample.draw(row[sample.column]), row), ""


def _caption(names: Sequence[str], shown: int, grouped: bool, samples: int) -> Caption:
    if not grouped:
        return Caption(
            "Samples with their labels",
            "Chosen at random from the training split, always the same.",
            f"{samples} samples of the training split with their labels.",
        )
    more = f" The first {shown} of {len(names):,} classes." if len(names) > shown else ""
    return Caption(
        "Samples of every class",
        f"Chosen at random from the training split, always the same.{more}",
        f"{samples} samples of the training split, a row a class: {', '.join(names[:shown])}.",
    )
