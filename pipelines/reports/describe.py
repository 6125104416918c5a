"""What a person sees of tasks, sources and models."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from pipelines.describe import SOURCE, TASK, Entry, Option
from pipelines.reports.terminal import PlainTable

REQUIRED = "must be given"
WIDEST = 22
"""Columns of a value, which must leave room for what it means."""


def describe_all(entries: Sequence[Entry]) -> Iterator[RenderableType]:
    """A table a role, and how to learn more."""
    for role in dict.fromkeys(entry.role for entry in entries):
        table = PlainTable(role, "what it is")
        for entry in entries:
            if entry.role == role:
                table.add_row(entry.name, entry.summary)
        yield table
    yield "convoy describe NAME lists the options of one of them"


def describe_one(entry: Entry, options: Sequence[Option]) -> Iterator[RenderableType]:
    """What it is, and a row an option."""
    yield f"{entry.name}, a {entry.role}: {entry.summary}"
    if not options:
        yield "it has no options"
        return
    own = entry.role == TASK
    table = PlainTable(show_lines=True)
    table.add_column("key", no_wrap=True)
    table.add_column("value" if own else "default", overflow="fold", max_width=WIDEST)
    table.add_column("meaning", overflow="fold")
    for each in options:
        default = REQUIRED if each.default is None else each.default
        changed = own and each.default is not None and each.default != each.value
        kind = f"{each.kind}; by default {default}" if changed else each.kind
        value = (each.value or "") if own else default
        table.add_row(each.key, value, f"{each.meaning}\n({kind})")
    yield table
    if entry.role == SOURCE:
        yield f"convoy new NAME --data PATH --kind {entry.name} makes a task of such data"
