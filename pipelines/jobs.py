"""Runs commands, some at a time, each in a place of its own."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipelines.processes import kept

PAUSE = 0.1
SAID = 2_000
"""Characters of what a command that failed said last."""


@dataclass(frozen=True)
class Job:
    """A command that has ended.

    Attributes:
        number: Its position among the commands, from 0.
        code: Its exit code.
        said: The end of what it printed; empty when that went to the terminal.
    """

    number: int
    code: int
    said: str


class _Running:
    """A command at work; its place is free again when it has ended."""

    def __init__(self, number: int, command: Sequence[str], place: Path, aside: bool) -> None:
        self.number, self.place = number, place
        self.stack = ExitStack()
        self.log: IO[str] | None = None
        options: dict[str, Any] = {"cwd": place}
        if aside:
            self.log = self.stack.enter_context((place / f".job-{number}.log").open("w+"))
            options |= {"stdout": self.log, "stderr": self.log}
        self.process = self.stack.enter_context(kept(command, **options))

    def end(self) -> Job:
        """Ends the command, if it has not ended."""
        with self.stack:
            code = self.process.poll()
            said = ""
            if self.log is not None:
                self.log.seek(0)
                said = self.log.read()[-SAID:].strip()
        return Job(self.number, self.process.returncode if code is None else code, said)


def run_jobs(commands: Sequence[Sequence[str]], places: Sequence[Path]) -> Iterator[Job]:
    """Runs commands, as many at a time as there are places.

    A single place leaves the terminal to the command; of several, each command prints to a file.
    When the iteration is left, what is at work is ended.

    Args:
        commands: A program with its arguments each.
        places: Folders, in each of which one command is at work at a time.

    Yields:
        Each command when it has ended, whatever its exit code.
    """
    waiting, free = deque(enumerate(commands)), deque(places)
    running: list[_Running] = []
    try:
        while waiting or running:
            while waiting and free:
                number, command = waiting.popleft()
                running.append(_Running(number, command, free.popleft(), len(places) > 1))
            time.sleep(PAUSE)
            for job in [each for each in running if each.process.poll() is not None]:
                running.remove(job)
                free.append(job.place)
                yield job.end()
    finally:
        for job in running:
            job.end()
