"""Copies of the project in which runs go on side by side.

A copy is a worktree of git with the tracked files as they are, uncommitted changes included. It
shares DVC's cache with the project, and the registry, whose place is the project's own: of what a
run in it gives, the experiment and its data outlive it.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from components.core.block import PARAMS_FILE
from components.core.errors import ConvoyError
from components.core.git import git
from pipelines import experiments
from pipelines.dvc import DVC, LAST_STAGE
from pipelines.processes import run
from pipelines.project import load_task
from pipelines.temporary import project_folder

LOCAL = Path(".dvc/config.local")
CACHE = Path(".dvc/cache")


@contextmanager
def project_copies(task: str, count: int) -> Iterator[list[Path]]:
    """Makes copies of the project in the current folder, and removes them at the end.

    Args:
        task: The task whose outputs lie in each copy as they lie here.
        count: How many.

    Yields:
        The folders of the project in the copies.

    Raises:
        ConvoyError: When git makes no worktree, or the source lies where no copy has it.
    """
    below = Path(git("rev-parse", "--show-prefix"))
    needed = _untracked(task)
    tree = experiments.write_tree()
    git("worktree", "prune")  # of those that a killed process has left
    with project_folder() as folder:
        roots = [folder / str(number) for number in range(count)]
        try:
            yield [_copy(root, below, tree, task, needed) for root in roots]
        finally:
            for root in roots:
                shutil.rmtree(root, ignore_errors=True)
            git("worktree", "prune")


def _copy(root: Path, below: Path, tree: str, task: str, needed: Sequence[Path]) -> Path:
    git("worktree", "add", "--quiet", "--detach", str(root), "HEAD")
    git("-C", str(root), "read-tree", "--reset", "-u", tree)
    project = root / below
    _share_cache(project)
    for path in needed:
        _link(path, project)
    options = ["--quiet", "--allow-missing", "--with-deps", f"{LAST_STAGE}@{task}"]
    run([*DVC, "checkout", *options], cwd=project)  # what is not in the cache is made anew
    return project


def _share_cache(project: Path) -> None:
    if LOCAL.is_file():
        shutil.copy(LOCAL, project / LOCAL)
    run([*DVC, "cache", "dir", "--quiet", "--local", str(_cache())], cwd=project)


def _cache() -> Path:
    """The folder of DVC's cache, which the settings of user and machine may name, too."""
    from dvc.repo import Repo

    with Repo() as repo:
        return Path(repo.cache.local.path).parents[1].absolute()


def _untracked(task: str) -> list[Path]:
    """The source where git does not know it.

    Raises:
        ConvoyError: When it is a relative path that leads out of the project.
    """
    _, block = load_task(task)
    path = Path(block["source"]["path"])
    if path.is_absolute() or git("ls-files", "--", str(path)):
        return []
    if ".." in path.parts:
        raise ConvoyError(
            f"{PARAMS_FILE}: tasks.{task}.source.path: {path} leads out of the project, where no "
            "copy has it; give the absolute path, or run one at a time: --jobs 1"
        )
    return [path]


def _link(path: Path, project: Path) -> None:
    """Links the first part of a path that the copy has not to that of this project."""
    for part in [*reversed(path.parents), path]:
        target = project / part
        if not target.exists():
            target.symlink_to(part.absolute())
            return
