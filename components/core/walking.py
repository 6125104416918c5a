"""One walk through folders for all that reads files: what counts as input, and why all else not.

Hidden are names that begin with a dot, and what systems and programs put beside people's files.
Links are followed where they lead to something below a folder, or to anywhere when that is allowed.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.reading import is_inside

HIDDEN = "hidden"
OUTSIDE = "linked from outside"
DANGLING = "linked to nothing"
REPEATED = "linked to what is read anyway"
NO_FILE = "no regular file"

SYSTEM_NAMES = frozenset(
    (
        "#recycle",  # Synology
        "#snapshot",
        "@eadir",
        "@tmp",
        "@recycle",  # QNAP
        "@recently-snapshot",
        "@__thumb",
        "__macosx",  # what macOS puts into archives
        "icon\r",
        "$recycle.bin",  # Windows
        "system volume information",
        "desktop.ini",
        "thumbs.db",
        "ehthumbs.db",
        "ehthumbs_vista.db",
        "lost+found",
        "lost.dir",
        "__pycache__",
    )
)
"""What is hidden although its name does not begin with a dot, lower case."""

Refuse = Callable[[Path], str | None]
"""Says why a file is no input; None of one that is."""


@dataclass(frozen=True)
class Found:
    """Something in a folder.

    Attributes:
        path: The folder's path and the name.
        reason: Why it is left out; None when it is not.
        is_folder: Whether it is a folder, which may be a link.
    """

    path: Path
    reason: str | None = None
    is_folder: bool = False


def list_folder(folder: Path, inside: Path | None) -> list[Found]:
    """What is in a folder, by name: files and folders, and what is left out as neither.

    Args:
        folder: The folder.
        inside: What links must lead to something below of; None for anywhere.

    Raises:
        ConvoyError: When it is no folder or may not be read.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted((_look_at(each, inside) for each in entries), key=lambda each: each.path)
    except NotADirectoryError:
        raise ConvoyError(f"{folder}: not a folder") from None
    except OSError as error:
        raise ConvoyError(f"{folder}: cannot be read: {error.strerror}") from None


def walk(folder: Path, inside: Path | None, refuse: Refuse) -> Iterator[Found]:
    """Yields the files in and below a folder by name, folder by folder, and what is left out.

    Only the names of the folders on the way are held at a time. No folder is entered twice,
    however links lead.

    Args:
        folder: The folder.
        inside: What links must lead to something below of; None for anywhere.
        refuse: What says whether a file is an input.

    Raises:
        ConvoyError: When a folder may not be read.
    """
    entered = [os.path.realpath(folder)]
    ahead = [iter(list_folder(folder, inside))]
    while ahead:
        found = next(ahead[-1], None)
        if found is None:
            ahead.pop()
        elif found.is_folder and _is_new(found.path, entered):
            ahead.append(iter(list_folder(found.path, inside)))
        elif found.is_folder:
            yield Found(found.path, REPEATED)
        else:
            yield found if found.reason else Found(found.path, refuse(found.path))


def describe_left_out(counts: Mapping[str, int]) -> str:
    """The line on what was left out: how many for which reason; empty when nothing was."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{count:,} {reason}" for reason, count in ordered)
    return f"left out: {told}" if told else ""


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is none that a person has put there as data."""
    return name.startswith(".") or name.lower() in SYSTEM_NAMES


def readable(path: Path | str) -> str:
    r"""A path as text, parted by `/`: bytes of a name that are not UTF-8 become `\xe9`."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _look_at(entry: os.DirEntry[str], inside: Path | None) -> Found:
    path = Path(entry.path)
    if is_hidden(entry.name):
        return Found(path, HIDDEN)
    if entry.is_symlink():
        if not os.path.exists(path):  # noqa: PTH110 - says no where Path raises
            return Found(path, DANGLING)
        if inside is not None and not is_inside(path, inside):
            return Found(path, OUTSIDE)
        if is_inside(path.parent, path):
            return Found(path, REPEATED)
    if entry.is_dir():
        return Found(path, is_folder=True)
    return Found(path, None if entry.is_file() else NO_FILE)


def _is_new(folder: Path, entered: list[str]) -> bool:
    """Whether a folder is not among those entered, nor around one; notes where links lead."""
    if not folder.is_symlink():
        return True
    real = os.path.realpath(folder)
    if any(_overlap(real, other) for other in entered):
        return False
    entered.append(real)
    return True


def _overlap(one: str, other: str) -> bool:
    first, second = os.path.join(one, ""), os.path.join(other, "")  # noqa: PTH118
    return first.startswith(second) or second.startswith(first)
