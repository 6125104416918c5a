"""What the stages took."""

from __future__ import annotations

from rich.filesize import decimal

from pipelines.plan import NEEDS
from pipelines.reports.page.content import Cell, Section, Share, Table
from pipelines.reports.page.sources import Sources
from pipelines.usage import read_usage


def running(sources: Sources) -> Section | None:
    """Time and memory of every stage when it last ran."""
    used = {stage: read_usage(sources.task, stage) for stage in NEEDS}
    known = {stage: usage for stage, usage in used.items() if usage is not None}
    if not known:
        return None
    longest = max(usage.seconds for usage in known.values()) or 1
    rows: list[list[Cell]] = [
        [
            stage,
            f"{usage.seconds:,.1f} s",
            Share(usage.seconds / longest),
            decimal(usage.peak_memory),
            usage.ended.replace("T", " ").replace("+00:00", " UTC"),
        ]
        for stage, usage in known.items()
    ]
    total = sum(usage.seconds for usage in known.values())
    rows.append(["all", f"{total:,.1f} s", "", "", ""])
    table = Table(
        "Stages",
        ["stage", "time", "", "peak memory", "ended"],
        rows,
        "A stage that has not changed keeps the figures of its last run. Memory is the most that "
        "the largest process of the stage held at a time.",
        frozenset({1, 3}),
    )
    return Section("running", "Time and memory", "What the stages took.", [table])
