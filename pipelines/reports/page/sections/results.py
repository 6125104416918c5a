"""How good the model is on the test split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from components.core.layout import (
    CHAMPION_FILE,
    INTERVALS_FILE,
    PER_CLASS_FILE,
    SLICES_FILE,
)
from components.core.measures import overall
from components.evaluate.params import GateParams, Threshold
from pipelines.reports.page.content import (
    Badge,
    Block,
    Cell,
    Links,
    Section,
    Table,
    frame_table,
    number,
)
from pipelines.reports.page.pictures import embed_file
from pipelines.reports.page.sections.classes import class_table
from pipelines.reports.page.sections.decision import EVALUATE, read_metrics
from pipelines.reports.page.sources import Sources, read_table

SMALL = 60
"""Rows of a table that is shown; larger ones, a row a sample, are linked to."""

SHOWN = (PER_CLASS_FILE, SLICES_FILE)


def results(sources: Sources) -> Section | None:
    """Metrics beside the champion's, tables and pictures as the task's evaluation wrote them."""
    metrics = read_metrics(sources)
    if not metrics:
        return None
    blocks: list[Block] = [_metrics(sources, metrics)]
    blocks += _named_tables(sources)
    blocks += [embed_file(file, sources.link(file)) for file in sources.files(EVALUATE, ".png")]
    blocks += _other_tables(sources)
    text = "The exported model, its preprocessing included, on test samples that it has not seen."
    return Section("results", "Results on the test split", text, blocks)


def _metrics(sources: Sources, metrics: Mapping[str, float]) -> Table:
    """Those of the gate first; metrics of single classes have a table of their own."""
    gate = sources.spec(EVALUATE).block("gate", GateParams).thresholds
    champion = sources.content(EVALUATE, CHAMPION_FILE) or {}
    intervals = sources.content(EVALUATE, INTERVALS_FILE) or {}
    named = [name for name in gate if name in metrics]
    names = [*named, *(name for name in overall(metrics) if name not in gate)]
    rows = [
        [
            name.replace("_", " "),
            number(metrics[name]),
            " to ".join(map(number, intervals.get(name, ()))),
            number(champion.get(name)),
            _held(metrics[name], gate.get(name)),
        ]
        for name in names
    ]
    headings = ["metric", "this model", "95% interval", "champion", "gate"]
    text = "Intervals by the bootstrap over the test samples. " + (
        "The champion was measured on the same samples."
        if champion
        else "There was no champion to compare with."
    )
    return Table("Metrics", headings, rows, text, frozenset({1, 2, 3}))


def _held(value: float, bound: Threshold | None) -> Cell:
    if bound is None:
        return ""
    if bound.min is not None:
        return Badge(f"at least {bound.min:g}", "good" if value >= bound.min else "bad")
    kept = bound.max is not None and value <= bound.max
    return Badge(f"at most {bound.max:g}", "good" if kept else "bad")


def _named_tables(sources: Sources) -> Iterator[Block]:
    if classes := class_table(sources):
        yield classes
    slices = sources.table(EVALUATE, SLICES_FILE)
    if slices is not None:
        first = str(slices.columns[0])
        named = slices.assign(**{first: slices[first].fillna("all")})
        text = "The same metrics over parts of the test split: where the model is better and worse."
        yield frame_table("Slices", named, text, rows=SMALL, folded=len(slices) > SMALL // 2)


def _other_tables(sources: Sources) -> Iterator[Block]:
    others = [file for file in sources.files(EVALUATE, ".csv") if file.name not in SHOWN]
    if others:
        yield Links({_name(file): sources.link(file) for file in others})


def _name(file: Path) -> str:
    table = read_table(file)
    return f"{file.name}: {0 if table is None else len(table):,} rows"
