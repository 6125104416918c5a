"""Lets DVC watch all that a source reads, and says what DVC could not watch.

DVC watches `source.path`. The files that a label file names may lie elsewhere, as may what is in
linked folders, which DVC does not enter: the stage plan makes a folder of links to them, one of
its outputs, which the stage ingest depends on. DVC compares what the links lead to by content, and
reads again only what has another time, size or inode.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.core.block import PARAMS_FILE
from components.core.errors import ConvoyError
from components.core.faults import list_some
from components.core.files import staged_folder
from components.core.layout import artifact_folder

if TYPE_CHECKING:
    from components.ingest.sources.base import Source

LINKS = "inputs"
NAME_LENGTH = 100


def write_links(task: str, source: Source) -> Path:
    """Makes the folder of links to what a source reads elsewhere than at its path.

    Returns:
        The folder; empty when the source reads nothing elsewhere.
    """
    folder = artifact_folder(task, LINKS)
    with staged_folder(folder) as staged, suppress(ConvoyError):  # of which the stage ingest tells
        for number, file in enumerate(source.watched()):
            if os.path.isfile(file):  # noqa: PTH113 - says no where Path raises
                (staged / _link_name(number, file)).symlink_to(file.absolute())
    return folder


def drop_dangling_links() -> None:
    """Removes the links to files that are gone, at which DVC would stop; it then plans anew."""
    for link in Path().glob(str(artifact_folder("*", LINKS) / "*")):
        if not link.exists():
            link.unlink()


def check_source(task: str, params: Mapping[str, Any]) -> None:
    """Checks that DVC can watch the path of a task's source.

    Args:
        task: The task's name.
        params: Its complete parameters.

    Raises:
        ConvoyError: Naming the first few files at which DVC would stop or wait for ever.
    """
    path = Path(params["source"]["path"])
    faults = [f"{file}: {fault}" for file, fault in _find_unwatchable(path) if not _ignored(file)]
    if faults:
        place = f"{PARAMS_FILE}: tasks.{task}.source.path: {path}"
        count = f"{len(faults):,} that DVC cannot watch; remove them or list them in .dvcignore"
        raise ConvoyError("\n  ".join([f"{place}: {count}", *list_some(faults)]))


def _find_unwatchable(path: Path) -> Iterator[tuple[Path, str]]:
    for folder, _, names in os.walk(path):
        for name in sorted(names):
            file = Path(folder, name)
            try:
                str(file).encode()
            except UnicodeEncodeError:
                yield file, "a name that is not UTF-8"
                continue
            if not os.path.isfile(file):  # noqa: PTH113 - says no where Path raises
                yield file, "a link to nothing" if file.is_symlink() else "no regular file"


def _ignored(file: Path) -> bool:
    """Whether `.dvcignore` names a file; all are where there is no DVC that could stop."""
    from dvc.exceptions import NotDvcRepoError
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            return bool(repo.dvcignore.is_ignored_file(str(file.absolute())))
    except NotDvcRepoError:
        return True


def _link_name(number: int, file: Path) -> str:
    """A name that tells the file, of letters and a length that any file system takes."""
    return f"{number:07}-{re.sub('[^A-Za-z0-9._-]', '_', file.name)[-NAME_LENGTH:]}"
