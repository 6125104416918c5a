"""Temporary folders that nobody has to clear by hand after a process was killed."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

RANDOM = "[a-z0-9_]{8}"
"""How `tempfile` ends a name."""
NEW = ".new-"
"""What a folder is called until it is locked, so that nobody takes it for an abandoned one."""


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Gives an empty folder that is removed at the end, and removes those of ended processes.

    The folder is locked as long as this process lives. The lock is the kernel's: whatever ends
    the process frees it, and the next one that asks for the same prefix removes the folder.

    Args:
        parent: Where the folder is made; made itself if need be.
        prefix: What the folder's name begins with.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for folder in abandoned_folders(parent, prefix):
        shutil.rmtree(folder, ignore_errors=True)
    made = Path(tempfile.mkdtemp(dir=parent.resolve(), prefix=NEW))
    lock = _lock(made)
    folder = made.rename(made.with_name(prefix + made.name.removeprefix(NEW)))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def abandoned_folders(parent: Path, prefix: str) -> list[Path]:
    """The folders of that prefix whose process has ended."""
    if not parent.is_dir():
        return []
    name = re.compile(re.escape(prefix) + RANDOM)
    folders = (path for path in parent.iterdir() if name.fullmatch(path.name))
    return sorted(folder for folder in folders if folder.is_dir() and _is_free(folder))


def try_lock(path: Path) -> int | None:
    """Locks a file or a folder for this process; None when another has it.

    Returns:
        The open file descriptor. The lock ends when it is closed, here and in all processes
        that inherited it.

    Raises:
        OSError: When there is no such path, or its file system knows no locks.
    """
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)  # as NFS wants it
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _is_free(folder: Path) -> bool:
    lock = _lock(folder)
    if lock is not None:
        os.close(lock)
    return lock is not None


def _lock(folder: Path) -> int | None:
    """None also where there are no locks: nobody's folder is taken away there."""
    with suppress(OSError):
        return try_lock(folder)
    return None
