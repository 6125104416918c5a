"""Replaces a folder only once its new content is whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(folder: Path) -> Iterator[None]:
    """Empties a folder for new content; on an error the earlier content comes back."""
    earlier = folder.with_name(f"{folder.name}.earlier")
    if earlier.exists():  # a run was killed: what it left is incomplete
        shutil.rmtree(folder, ignore_errors=True)
        earlier.rename(folder)
    if folder.exists():
        folder.rename(earlier)
    folder.mkdir(parents=True)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder)
        if earlier.exists():
            earlier.rename(folder)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
