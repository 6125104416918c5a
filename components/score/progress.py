"""Shows how many samples are scored."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from components.score.parts import count_samples

POLL_SECONDS = 1.0


@contextmanager
def show_progress(parts: Path, samples: int) -> Iterator[None]:
    """Counts the samples in the finished parts on the terminal, if there is one.

    The parts are what every runner has in common: its workers may be other processes.

    Args:
        parts: The folder of the parts.
        samples: How many there will be.
    """
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("score", total=samples)
        done = Event()

        def watch() -> None:
            while not done.wait(POLL_SECONDS):
                bar.update(task, completed=count_samples(parts.glob("*.parquet")))

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
