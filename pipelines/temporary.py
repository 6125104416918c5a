"""Keeps the temporary files of convoy, of what it runs and of its libraries in one place."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from components.core.scratch import abandoned_folders, scratch_folder

PROJECT = Path(".dvc")
TEMPORARY = PROJECT / "tmp/convoy"
PREFIX = "files-"
VARIABLE = "TMPDIR"


@contextmanager
def temporary_files_kept() -> Iterator[None]:
    """Has temporary files made in a folder of the project's, which goes with this process.

    That is so for processes that it starts, too, and for what neither Python nor TensorFlow or
    Beam remove: what a killed process has left goes when the next one begins. Outside of a
    project, or in one that cannot be written to, nothing changes.
    """
    with ExitStack() as stack:
        if PROJECT.is_dir():
            with suppress(OSError):
                _use(str(stack.enter_context(scratch_folder(_parent(), PREFIX))), stack)
        yield


def _parent() -> Path:
    """The folder of the convoy that has started this one: with it goes what this one leaves."""
    given = Path(os.environ.get(VARIABLE, os.sep))
    return given if given.is_relative_to(TEMPORARY.absolute()) else TEMPORARY


def _use(folder: str, stack: ExitStack) -> None:
    before = tempfile.tempdir, os.environ.get(VARIABLE)
    stack.callback(_set, *before)
    _set(folder, folder)


def _set(folder: str | None, variable: str | None) -> None:
    tempfile.tempdir = folder
    if variable is None:
        del os.environ[VARIABLE]
    else:
        os.environ[VARIABLE] = variable


def project_folder() -> AbstractContextManager[Path]:
    """An empty folder on the project's file system, for files that are moved to their place."""
    return scratch_folder(TEMPORARY, PREFIX)


def abandoned_files() -> list[Path]:
    """The folders of processes that have ended without removing theirs."""
    return abandoned_folders(TEMPORARY, PREFIX)
