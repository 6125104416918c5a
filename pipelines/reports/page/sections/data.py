"""What went in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from components.core.layout import data_folder
from components.core.parquet import count_rows
from components.core.parts import Labels
from components.core.table import SPLITS
from pipelines.reports.page.content import Block, Section, Table, frame_table, natural
from pipelines.reports.page.histograms import (
    count_words,
    described_columns,
    draw_numbers,
    draw_words,
)
from pipelines.reports.page.pictures import embed_drawing, embed_image
from pipelines.reports.page.samples import Described, describe_splits, draw_samples
from pipelines.reports.page.sources import Sources
from pipelines.reports.page.statistics import read_statistics, statistics_table

CLASSES = 30


def data(sources: Sources) -> Section | None:
    """Counts, distributions, samples of every class and the statistics of TFDV."""
    folder = data_folder(sources.task)
    if not any(folder.glob("*.parquet")):
        return None
    spec = sources.spec("validate")
    described = describe_splits(folder, spec.sample, spec.labels)
    blocks: list[Block] = [
        _counts(sources),
        embed_image(*draw_samples(folder, spec.sample, spec.labels)),
    ]
    blocks += _distributions(described, spec.labels)
    if statistics := sources.output("prepare", "StatisticsGen/statistics/*"):
        blocks.append(statistics_table(read_statistics(statistics)))
    return Section("data", "Data", _text(described), blocks)


def _text(described: Mapping[str, Described]) -> str:
    every = max(part.every for part in described.values())
    share = f" Distributions are those of one row in {every}." if every > 1 else ""
    return f"What the model was trained, chosen and measured on.{share}"


def _counts(sources: Sources) -> Table:
    folder = data_folder(sources.task)
    counts = {
        split: sum(rows for file in folder.glob(f"{split}-*.parquet") for rows in count_rows(file))
        for split in SPLITS
    }
    total = sum(counts.values())
    rows = [[split, f"{count:,}", f"{count / total:.1%}"] for split, count in counts.items()]
    rows.append(["all", f"{total:,}", ""])
    return Table(
        "Samples of each split", ["split", "samples", "share"], rows, numeric=frozenset({1, 2})
    )


def _distributions(described: Mapping[str, Described], labels: Labels) -> Iterator[Block]:
    splits = {split: part.rows for split, part in described.items()}
    words, numbers = described_columns(splits)
    for column in words:
        counts = count_words(splits, column, labels.call)
        if counts.empty:
            continue
        yield embed_drawing(*draw_words(counts, column))
        yield _table_of(counts, column)
    if numbers:
        yield embed_drawing(*draw_numbers(splits, numbers))
    yield _ranges(splits)


def _table_of(counts: pd.DataFrame, column: str) -> Table:
    ordered = counts.sort_index(key=lambda names: names.map(natural))
    frame = ordered.rename_axis(column).reset_index()
    return frame_table(f"Counts of {column}", frame, rows=CLASSES, folded=True)


def _ranges(splits: Mapping[str, pd.DataFrame]) -> Table:
    """The numbers of all splits together, those that are always the same among them."""
    everything = pd.concat(list(splits.values())).select_dtypes("number")
    frame = everything.describe(percentiles=[0.5]).T.drop(columns="count")
    frame = frame.rename(columns={"50%": "median"})[["min", "median", "mean", "max", "std"]]
    frame = frame.rename_axis("property").reset_index()
    return frame_table("Ranges over all splits", frame, rows=CLASSES, folded=len(frame) > 6)
