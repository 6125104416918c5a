"""Commits what a run changed to git."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from components.core.errors import ConvoyError
from components.core.git import git
from components.core.incoming import INCOMING, list_batches
from components.ingest.incoming import KEEP_FILE

LOCK = "dvc.lock"
OWN = (LOCK, INCOMING.as_posix())
"""What a run changes among the files that git tracks."""

UNASKED = f":(exclude,glob){INCOMING.as_posix()}/*/{KEEP_FILE}"

STATUS = ("--untracked-files=all", "--no-renames")


def check_clean() -> None:
    """Checks that a run would be of committed code and parameters.

    Raises:
        ConvoyError: Naming the tracked files that have changed, or outside a repository.
    """
    others = [f":(exclude){path}" for path in OWN]
    changed = git("diff", "--name-only", "HEAD", "--", ".", *others).splitlines()
    if changed:
        raise ConvoyError(f"{', '.join(changed)}: has changed; commit it first")


def own_changes() -> list[str]:
    """The files that a run has changed and nobody has committed."""
    lines = git("status", "--porcelain", "-z", *STATUS, "--", *OWN, UNASKED).split("\0")
    return [line[3:] for line in lines if line]


def reran(stage: str) -> bool:
    """Whether `dvc.lock` records another run of a stage than the last commit does."""
    committed = git("ls-tree", "--name-only", "HEAD", "--", LOCK) and git("show", f"HEAD:{LOCK}")
    return _recorded(read_lock(), stage) != _recorded(committed, stage)


def read_lock() -> str:
    """The content of `dvc.lock`, which says what ran last; empty when nothing has."""
    return Path(LOCK).read_text() if Path(LOCK).is_file() else ""


def _recorded(lock: str, stage: str) -> Any:
    return ((yaml.safe_load(lock) or {}).get("stages") or {}).get(stage)


def keep(message: str, tag: str | None) -> str:
    """Commits what the run changed beside the branch, which stays where it is.

    Args:
        message: The commit's message.
        tag: An annotated tag of this name is set, unless there is one: a tag never moves.

    Returns:
        The commit; the tagged one, when a run that was killed has made it already.
    """
    head = git("rev-parse", "HEAD")
    tagged = git("rev-list", "--max-count=1", tag) if tag and git("tag", "--list", tag) else None
    if tagged and git("rev-parse", f"{tagged}^") == head:
        return tagged
    commit = _commit_beside(head, message) if own_changes() else head
    if tag and not tagged:
        git("tag", "--annotate", tag, commit, "--message", message)
    return commit


def _commit_beside(head: str, message: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        git("read-tree", head, index=index)
        git("add", "--all", "--", *OWN, index=index)
        tree = git("write-tree", index=index)
    return git("commit-tree", tree, "-p", head, "-m", message)


def advance(commit: str) -> None:
    """Moves the branch to a commit that `keep` made on top of it."""
    git("add", "--all", "--", *OWN)
    git("update-ref", "HEAD", commit)


def uncommitted_batches(task: str) -> list[Path]:
    """The batches of a task that no commit holds."""
    committed = git("ls-tree", "-r", "--name-only", "HEAD", "--", INCOMING.as_posix())
    tracked = committed.splitlines()
    return [batch for batch in list_batches(task) if f"{batch.as_posix()}.dvc" not in tracked]


def take_back(batches: Sequence[Path]) -> None:
    """Removes batches and brings `dvc.lock` back to the last commit."""
    for name in own_changes():
        git("reset", "--quiet", "--", name)
        if git("ls-files", "--", name):
            git("checkout", "--quiet", "HEAD", "--", name)
        else:
            Path(name).unlink(missing_ok=True)
    for batch in batches:
        shutil.rmtree(batch)
