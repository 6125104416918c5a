"""What a person sees of the stages of a task."""

from collections.abc import Sequence

from pipelines.dag import Node
from pipelines.reports.terminal import PlainTable


def dag_table(task: str, nodes: Sequence[Node]) -> PlainTable:
    """A row a stage, in the order in which they run."""
    table = PlainTable("stage", "after", "reads besides", "state", title=task)
    for node in nodes:
        table.add_row(node.stage, ", ".join(node.after), "\n".join(node.reads), node.state)
    return table
