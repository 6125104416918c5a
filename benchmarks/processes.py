"""Commands whose time and memory are measured."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """What a command took.

    Attributes:
        seconds: Wall-clock time.
        peak_memory: The most that it, or any one process that it started, held, in MiB.
    """

    seconds: float
    peak_memory: float


def measure_command(
    command: Sequence[str], folder: Path = Path(), environment: Mapping[str, str] | None = None
) -> Usage:
    """Runs a command and shows of what it prints only the errors.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        environment: Its environment variables; by default those of this process.

    Raises:
        RuntimeError: When it fails.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{' '.join(command)}: exit code {code}")
    return Usage(time.perf_counter() - begin, usage.ru_maxrss / 2**10)
