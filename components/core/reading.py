"""Reads files that others have named: regular ones, and none outside of a folder."""

import errno
import os
import stat
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO


class OutsideError(OSError):
    """A file outside of the folder that it must be in."""

    def __init__(self, file: Path, folder: Path) -> None:
        super().__init__(errno.EPERM, f"leads out of {folder}", str(file))


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path, all links followed, is that of something below a folder."""
    try:
        return f"{os.path.realpath(path)}/".startswith(_resolve(folder.absolute()))
    except ValueError:  # a null byte, or what no file system can encode
        return False


@lru_cache(maxsize=8)  # it is that of many files
def _resolve(folder: Path) -> str:
    return os.path.realpath(folder).rstrip("/") + "/"


def open_regular(file: Path, folder: Path | None = None) -> BinaryIO:
    """Opens a file that is one: a named pipe would wait for a writer, a device may never end.

    Args:
        file: The file; links are followed.
        folder: What it must lie below; None for anywhere.

    Raises:
        OSError: Whose `strerror` says why it is not opened.
    """
    if folder is not None and not is_inside(file, folder):
        raise OutsideError(file, folder)
    try:
        stream = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:
        raise OSError(errno.EINVAL, "not the name of a file", str(file)) from None
    mode = os.fstat(stream).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(stream, "rb")
    os.close(stream)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    raise OSError(errno.EINVAL, "not a regular file", str(file))


def read_regular(file: Path, folder: Path | None = None) -> bytes:
    """Reads a file as it is; see `open_regular`."""
    with open_regular(file, folder) as stream:
        return stream.read()
