"""What is wrong with the machine, not with the input: full disks, files that may not be written."""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.filesize import decimal


class Condition(NamedTuple):
    """What is wrong, and what a person can do."""

    rule: str
    remedy: str


FULL = Condition("no space is left", "make space, then run the command again")
QUOTA = Condition("the disk quota is used up", "make space, then run the command again")
READ_ONLY = Condition("the file system is read-only", "mount it for writing, or work elsewhere")
DENIED = Condition("permission denied", "let this user read and write it and its folder")
READ_ONLY_DATABASE = Condition(
    "the database is read-only", "let this user write the file and its folder"
)
NO_DATABASE = Condition(
    "the database cannot be opened", "let this user write it and its folder, which must be there"
)
BUSY_DATABASE = Condition(
    "another process holds the database", "run the command again when that one has ended"
)
BROKEN_DISK = Condition("the disk fails to read or write", "look at the disk and its free space")
TOO_MANY_FILES = Condition("too many files are open", "raise the limit: ulimit -n 4096")

BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: QUOTA,
    errno.EROFS: READ_ONLY,
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.EIO: BROKEN_DISK,
    errno.EMFILE: TOO_MANY_FILES,
}

BY_TEXT = {
    "database or disk is full": FULL,
    "attempt to write a readonly database": READ_ONLY_DATABASE,
    "unable to open database file": NO_DATABASE,
    "database is locked": BUSY_DATABASE,
    "disk I/O error": BROKEN_DISK,
    os.strerror(errno.ENOSPC): FULL,
    os.strerror(errno.EDQUOT): QUOTA,
    os.strerror(errno.EROFS): READ_ONLY,
}
"""What SQLite says, and the system through libraries that hand on nothing but its words."""

OS_ERROR = re.compile(r"\[Errno (?P<number>\d+)\][^:'\n]*(?:: '(?P<file>[^'\n]+)')?")
"""An `OSError` in the text of another error: Beam, TFX and MLflow wrap them so."""


def explain(error: BaseException, place: str | None = None) -> str | None:
    """Says in a sentence which condition of the machine made a command fail.

    Args:
        error: Looked at with all that it was raised from.
        place: What failed, where the error does not name a file.

    Returns:
        The place, what is wrong, how much space there is when there is too little, and what to
        do; None when the error has another reason.
    """
    for cause in causes(error):
        condition, file = _recognise(cause)
        if condition is not None:
            return _sentence(condition, file, place)
    return None


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those it was raised from, the first one first."""
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in chain:
        chain.append(each)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return reversed(chain)


def _recognise(error: BaseException) -> tuple[Condition | None, str | None]:
    """The condition and the file, as far as an error tells."""
    if isinstance(error, OSError) and error.errno in BY_NUMBER:
        return BY_NUMBER[error.errno], None if error.filename is None else str(error.filename)
    text = str(error)
    if (found := OS_ERROR.search(text)) and int(found["number"]) in BY_NUMBER:
        return BY_NUMBER[int(found["number"])], found["file"]
    return next((BY_TEXT[words] for words in BY_TEXT if words in text), None), None


def _sentence(condition: Condition, file: str | None, place: str | None) -> str:
    folder = _folder(file)
    where = file or place or str(folder)
    if condition not in {FULL, QUOTA}:
        return f"{where}: {condition.rule}; {condition.remedy}"
    usage = shutil.disk_usage(folder)
    left = f"{decimal(usage.free)} of {decimal(usage.total)} are free in {folder}"
    return f"{where}: {condition.rule} ({left}); {condition.remedy}"


def _folder(file: str | None) -> Path:
    """The folder of a file that there is; without a file, the fullest of those written to."""
    if file is not None:
        return next(folder for folder in Path(file).absolute().parents if folder.is_dir())
    folders = (Path.cwd(), Path(tempfile.gettempdir()))
    return min(folders, key=lambda folder: shutil.disk_usage(folder).free)
