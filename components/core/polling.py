"""A line on the terminal that is asked for anew until the work is done."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from rich.console import Console
from rich.progress import Progress, ProgressColumn


@contextmanager
def polled(
    *columns: ProgressColumn,
    look: Callable[[], Mapping[str, Any]],
    seconds: float,
    name: str,
    total: int | None = None,
) -> Iterator[None]:
    """Shows a line on the terminal, if there is one, until the block ends.

    Args:
        *columns: What the line is made of.
        look: Returns what has changed, as `rich.progress.Progress.update` takes it; it runs in
            another thread.
        seconds: Between two looks.
        name: What the line is called.
        total: How many there will be, if that is known.
    """
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(name, total=total)
        done = Event()

        def watch() -> None:
            while not done.wait(seconds):
                bar.update(task, **look())

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
