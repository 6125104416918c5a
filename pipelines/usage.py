"""How long each stage took and how much memory it needed, as the diaries keep it."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from components.core.layout import usage_file
from components.core.tabular import read_json, write_json
from pipelines.stages import STAGES

UNIT = 1024
"""Linux tells the peak of a process in KiB."""


@dataclass(frozen=True)
class Usage:
    """What one run of a stage took.

    Attributes:
        ended: When it ended, in ISO 8601.
        seconds: How long it took.
        peak_memory: The most memory that its largest process held at a time, in bytes.
    """

    ended: str
    seconds: float
    peak_memory: int


@contextmanager
def noted(task: str, stage: str) -> Iterator[None]:
    """Measures the block and notes it in the stage's diary; a block that fails is not noted."""
    begin = time.perf_counter()
    yield
    usage = Usage(
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.perf_counter() - begin, 2),
        peak_memory=peak_memory(),
    )
    file = usage_file(task, stage)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(vars(usage), file)


def peak_memory() -> int:
    """The most that this process, or one that it has waited for, held at a time, in bytes."""
    owners = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(owner).ru_maxrss for owner in owners) * UNIT


def read_usage(task: str, stage: str) -> Usage | None:
    """What the last run of a stage took; None where nothing is noted."""
    file = usage_file(task, stage)
    return Usage(**read_json(file)) if file.is_file() else None


def used_since(task: str, begin: datetime) -> dict[str, Usage]:
    """What those stages of a task took that have ended since a moment, in their order."""
    second = begin.replace(microsecond=0)  # the diaries tell no finer
    usages = ((stage, read_usage(task, stage)) for stage in STAGES)
    return {
        stage: usage
        for stage, usage in usages
        if usage and datetime.fromisoformat(usage.ended) >= second
    }
