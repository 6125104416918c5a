"""Says which node of a stage is at work, and since when."""

from contextlib import AbstractContextManager
from pathlib import Path

from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from components.core.polling import polled

POLL_SECONDS = 0.2


def show_progress(stage: str, folder: Path) -> AbstractContextManager[None]:
    """Names the node at work on the terminal, if there is one, until the block ends.

    The folders of the nodes are what every runner has in common: its workers may be other
    processes.

    Args:
        stage: The stage's name.
        folder: Where its nodes write, a folder each, which is made as the node begins.
    """
    return polled(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        look=lambda: {"description": f"{stage}: {node_at_work(folder)}"},
        seconds=POLL_SECONDS,
        name=stage,
    )


def node_at_work(folder: Path) -> str:
    """The name of the node that began last; `begins` before the first one."""
    nodes = [each for each in folder.glob("[!.]*") if each.is_dir()]
    newest = max(nodes, key=lambda each: each.stat().st_ctime_ns, default=None)
    return "begins" if newest is None else newest.name
