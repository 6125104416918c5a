"""Where a project is at home: what it keeps outside of git and DVC lies there, once.

A linked worktree of git, and the copy in which DVC runs an experiment (`dvc exp run --temp`, `dvc
queue`), hold the project's files a second time. What they left in their own folder would be lost
with it, or be another's.
"""

from pathlib import Path

from components.core.errors import ConvoyError
from components.core.git import git

DVC_FOLDER = ".dvc"
EXPERIMENTS = (DVC_FOLDER, "tmp", "exps")
"""Where DVC makes its copies of a project."""


def home_folder(folder: Path) -> Path:
    """The project that a folder is a copy or a worktree of; the folder itself for all others.

    Args:
        folder: A project's folder.

    Returns:
        An absolute path.

    Raises:
        ConvoyError: When the repository of a worktree has no files of its own, or the project is
            not among them.
    """
    folder = folder.resolve()
    origin = _copied_from(folder)
    if origin is not None:
        return home_folder(origin)
    root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    if root is None or not _is_linked(root / ".git"):
        return folder
    return _main_worktree(root) / folder.relative_to(root)


def _copied_from(folder: Path) -> Path | None:
    """The project that DVC has copied to run an experiment; None for all other folders."""
    parts = folder.parts
    for at in range(len(parts) - len(EXPERIMENTS), 0, -1):
        if parts[at : at + len(EXPERIMENTS)] == EXPERIMENTS:
            origin = Path(*parts[:at])
            roots = (each for each in (folder, *folder.parents) if (each / DVC_FOLDER).is_dir())
            root = next((each for each in roots if each.is_relative_to(origin / DVC_FOLDER)), None)
            return origin / folder.relative_to(root) if root else None
    return None


def _is_linked(pointer: Path) -> bool:
    """Whether `.git` is a file that leads to what a worktree shares with its repository."""
    if not pointer.is_file():
        return False
    target = pointer.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
    return (pointer.parent / target / "commondir").is_file()


def _main_worktree(root: Path) -> Path:
    first, *marks = (
        git("-C", str(root), "worktree", "list", "--porcelain").split("\n\n")[0].split("\n")
    )
    main = Path(first.removeprefix("worktree "))
    if "bare" in marks or not (main / ".git").exists():
        raise ConvoyError(
            f"{root}: this worktree belongs to {main}, a repository without files of its own, so "
            "that there is no one place for the registry of all its worktrees; name one: "
            "export MLFLOW_TRACKING_URI=sqlite:////FOLDER/mlflow.db"
        )
    return main
