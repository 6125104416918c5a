"""Folders as a whole: replaced or not at all, and told apart by what is in them."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial"
EARLIER = ".earlier"


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Gives an empty folder beside `folder` to write to, which takes its place at the end.

    On an error what was written is removed, and `folder` stays as it was.
    """
    staged = folder.with_name(f".{folder.name}{PARTIAL}")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    try:
        yield staged
        replace_folder(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def replacing(folder: Path) -> Iterator[None]:
    """Empties a folder for new content; on an error the earlier content comes back.

    For writers that note where they have written: it must be there from the start.
    """
    earlier = _earlier(folder)
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


def replace_folder(new: Path, folder: Path) -> None:
    """Renames the folder `new` to `folder`, whatever is there; it is never there in part."""
    earlier = _earlier(folder)
    shutil.rmtree(earlier, ignore_errors=True)
    if folder.exists():
        folder.rename(earlier)
    new.rename(folder)
    shutil.rmtree(earlier, ignore_errors=True)


def _earlier(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}{EARLIER}")


def leftovers(parent: Path) -> list[Path]:
    """What writers that were killed left beside the folders of a folder."""
    return sorted(path for end in (PARTIAL, EARLIER) for path in parent.glob(f".*{end}"))


def folder_digest(folder: Path) -> str:
    """SHA-256 of every file below a folder: of its relative name and its content."""
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()
