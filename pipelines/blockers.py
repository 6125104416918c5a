"""DVC's locks that processes left behind when they were killed.

DVC notes in `rwlock` which process works on which files, by its number. It takes a process for
alive when its number is in use, be it by another one: after a reboot, or in a container, where
numbers start anew.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from components.core.errors import ConvoyError

CLOCK = 2.0
"""Seconds by which the time of a file may differ from that of a process."""
WAIT = 3.0
WRITE, READ = "write", "read"

Holder = tuple[int, str]
"""The number of a process and its command, as DVC notes them."""


def remove_stale_locks(work: Path) -> list[str]:
    """Removes what processes that have ended have left in DVC's locks.

    Args:
        work: The folder `.dvc/tmp`.

    Returns:
        What was removed, a sentence a file.

    Raises:
        ConvoyError: When DVC is at work; names the file, the process and its command.
    """
    files = (work / "rwlock", work / "exps" / "rwlock")
    return [sentence for file in files if file.is_file() for sentence in _clear(file)]


def _clear(file: Path) -> Iterator[str]:
    with _guarded(file):
        try:
            noted = json.loads(file.read_text())
            holders = set(_holders(noted))
        except (ValueError, TypeError, KeyError, AttributeError):
            file.unlink()  # DVC was killed while it wrote it, and would never read it again
            yield f"{file}: was cut short when DVC was killed; it has been removed"
            return
        written = file.stat().st_mtime
        for number, command in sorted(holders):
            if _is_alive(number, command, written):
                raise ConvoyError(
                    f"{file}: DVC is at work here, process {number}: {command}; "
                    "run it again when that has ended"
                )
        if holders:
            file.unlink()
            numbers = ", ".join(str(number) for number, _ in sorted(holders))
            yield f"{file}: the lock of a DVC that was killed has been removed (process {numbers})"


def _holders(noted: Mapping[str, Mapping[str, Any]]) -> Iterator[Holder]:
    readers = [each for infos in noted.get(READ, {}).values() for each in infos]
    for each in [*readers, *noted.get(WRITE, {}).values()]:
        yield int(each["pid"]), str(each["cmd"])


def _is_alive(number: int, command: str, written: float) -> bool:
    """Whether the process that noted itself still is: the same command, not begun since."""
    try:
        process = psutil.Process(number)
        if process.status() == psutil.STATUS_ZOMBIE or process.create_time() > written + CLOCK:
            return False
        return _arguments(command) in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _arguments(command: str) -> str:
    """All but the program, which may have been started by another name."""
    return command.partition(" ")[2] or command


@contextmanager
def _guarded(file: Path) -> Iterator[None]:
    """DVC takes the same lock of the kernel when it reads or writes the file."""
    try:
        guard = FileLock(f"{file}.lock").acquire(timeout=WAIT)
    except Timeout:
        raise ConvoyError(f"{file}: DVC is at work; run it again when that has ended") from None
    with guard:
        yield
