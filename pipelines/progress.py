"""Says which node of a stage is at work, and since when."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

POLL_SECONDS = 0.2


@contextmanager
def show_progress(stage: str, folder: Path) -> Iterator[None]:
    """Names the node at work on the terminal, if there is one, until the block ends.

    The folders of the nodes are what every runner has in common: its workers may be other
    processes.

    Args:
        stage: The stage's name.
        folder: Where its nodes write, a folder each, which is made as the node begins.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(stage)
        done = Event()

        def watch() -> None:
            while not done.wait(POLL_SECONDS):
                bar.update(task, description=f"{stage}: {node_at_work(folder)}")

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def node_at_work(folder: Path) -> str:
    """The name of the node that began last; `begins` before the first one."""
    nodes = [each for each in folder.glob("[!.]*") if each.is_dir()]
    newest = max(nodes, key=lambda each: each.stat().st_ctime_ns, default=None)
    return "begins" if newest is None else newest.name
