"""What a person sees of a task that was made."""

from collections.abc import Iterator
from shlex import quote

from rich.console import RenderableType

from components.core.names import list_names
from components.core.table import SPLITS
from components.core.text import word
from components.core.walking import describe_left_out
from pipelines.new.create import Created
from pipelines.new.layouts import load_beginning
from pipelines.new.survey import Survey, oddities
from pipelines.new.values import describe_found, describe_sizes
from pipelines.reports.terminal import PlainTable

CLASSES_SHOWN = 20


def describe_new(created: Created) -> Iterator[RenderableType]:
    """Tables and sentences, for the terminal."""
    found = created.found
    yield f"{found.path}: read as {created.layout.kind}, for {created.task}"
    yield from _alternatives(created)
    yield found_table(found)
    yield f"{describe_found(found)}; {describe_sizes(found)}; {_describe_splits(found)}"
    yield from oddities(found)
    if left_out := describe_left_out(found.left_out):
        yield left_out
    yield f"written: {', '.join(map(str, created.files))}"
    yield from _next(created)


def found_table(found: Survey) -> PlainTable:
    """A row a class and a column a split, as far as the data bring them."""
    splits: list[str | None] = [*found.splits] or [None]
    table = PlainTable("class", *(split or "samples" for split in splits))
    for column in table.columns[1:]:
        column.justify = "right"
    for name in found.classes[:CLASSES_SHOWN]:
        table.add_row(word(name), *(f"{found.counts[name, split]:,}" for split in splits))
    if len(found.classes) > CLASSES_SHOWN:
        table.add_row(f"and {len(found.classes) - CLASSES_SHOWN:,} more")
    if not found.classes:
        totals = found.splits.values() or [found.samples]
        table.add_row("all", *(f"{total:,}" for total in totals))
    return table


def _alternatives(created: Created) -> Iterator[str]:
    """The other ways in which the data could be read."""
    if created.others:
        kinds = list_names(each.kind for each in created.others)
        yield f"they could also be read as {kinds}: --kind says which"
    found, tasks = created.found, created.layout.tasks[1:]
    if others := [each for each in tasks if load_beginning(each).can_learn(found)]:
        yield f"{list_names(others)} could learn from them, too: --task says which"


def _describe_splits(found: Survey) -> str:
    if not found.has_splits:
        return "no splits, so convoy makes them"
    listed = ", ".join(f"{count:,} {split}" for split, count in found.splits.items())
    missing = [split for split in SPLITS if split not in found.splits]
    return f"{listed}; convoy makes {list_names(missing)} of train" if missing else listed


def _next(created: Created) -> Iterator[str]:
    named = created.proposal.block.get("checks", {}).get("classes", ())
    yield from load_beginning(created.task).advice(named)
    yield f"next: convoy run {created.name}"
    yield f"then: convoy open {created.name}, convoy predict {created.name} FILE"
    files = " ".join(quote(str(file)) for file in created.files)
    yield f"git keeps it, which experiments need: git add {files} && git commit"
