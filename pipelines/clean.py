"""`convoy clean`: finds what killed processes left behind, and removes it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.core.block import read_blocks
from components.core.files import leftovers
from components.core.layout import artifact_folder, data_folder, diary_folder, report_folder
from pipelines.temporary import TEMPORARY, abandoned_files

FORMER = "tmp" + "[a-z0-9_]" * 8
"""Folders beside `TEMPORARY` in which `retrain` once took new samples in."""


@dataclass(frozen=True)
class Orphan:
    """What nothing needs any more.

    Attributes:
        name: The path of a file or folder, or the id of a model in the registry.
        what: What it was.
        size: In bytes; 0 where a server has them.
    """

    name: str
    what: str
    size: int


def clean(remove: bool) -> Iterator[Orphan]:
    """Yields what is left over in a project in which no run is at work, and in its registry.

    Args:
        remove: Whether each is removed, before it is yielded.

    Raises:
        ConvoyError: When the registry cannot be reached; all else has been yielded by then.
    """
    for path, what in _files():
        orphan = Orphan(str(path), what, _size(path))
        if remove:
            shutil.rmtree(path, ignore_errors=True)
        yield orphan
    if os.environ.get("MLFLOW_TRACKING_URI") or _has_registry():
        for task in read_blocks():
            yield from _registered(task, remove)


def task_leftovers(task: str) -> list[Path]:
    """The halves of a task's outputs that a killed stage left beside them."""
    data = data_folder(task)
    beside_data = (path for path in leftovers(data.parent) if path.stem == f".{data.name}")
    folders = (folder(task, "any").parent for folder in (artifact_folder, diary_folder))
    reports = report_folder(task, "any").parent
    return [*beside_data, *(path for each in (*folders, reports) for path in leftovers(each))]


def _files() -> Iterator[tuple[Path, str]]:
    for path in (*abandoned_files(), *sorted(TEMPORARY.parent.glob(FORMER))):
        yield path, "temporary files of a process that was killed"
    for task in read_blocks():
        for path in task_leftovers(task):
            yield path, f"half an output of {task}"


def _has_registry() -> bool:
    """Whether there is an embedded registry: to ask it would make one."""
    from components.core.store import embedded_database

    return embedded_database().is_file()


def _registered(task: str, remove: bool) -> Iterator[Orphan]:
    from components.register.orphans import orphans, remove_orphans

    found = orphans(task)
    models = [Orphan(model, f"a model of {task} that is no version's", 0) for model in found.models]
    folders = [
        Orphan(str(folder), f"files of {task} that the registry does not know", _size(folder))
        for folder in found.folders
    ]
    if found and remove:
        remove_orphans(task)
    yield from (*models, *folders)


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
