"""Replaces a folder as a whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Gives an empty folder beside `folder` to write to, which takes its place at the end.

    On an error what was written is removed, and `folder` stays as it was.
    """
    staged = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    try:
        yield staged
        replace_folder(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def replace_folder(new: Path, folder: Path) -> None:
    """Renames the folder `new` to `folder`, whatever is there."""
    if folder.exists():
        shutil.rmtree(folder)
    new.rename(folder)
