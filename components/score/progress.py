"""Shows how many samples are scored."""

from contextlib import AbstractContextManager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn

from components.core.polling import polled
from components.score.parts import count_samples

POLL_SECONDS = 1.0


def show_progress(parts: Path, samples: int) -> AbstractContextManager[None]:
    """Counts the samples in the finished parts on the terminal, if there is one.

    The parts are what every runner has in common: its workers may be other processes.

    Args:
        parts: The folder of the parts.
        samples: How many there will be.
    """
    return polled(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        look=lambda: {"completed": count_samples(parts.glob("*.parquet"))},
        seconds=POLL_SECONDS,
        name="score",
        total=samples,
    )
