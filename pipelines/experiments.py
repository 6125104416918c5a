"""Runs of a task with parameters overridden, kept as DVC's experiments.

A run reads the `params.yaml` that is meant, written for it and put back afterwards. What came of
it is kept where DVC keeps experiments: as a commit on top of the current one under `refs/exps`.
It is made beside the index and the working tree, which `dvc exp run` and `dvc exp save` change
on the way, so that nothing is lost whenever the run is stopped.
"""

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from components.core.block import PARAMS_FILE
from components.core.errors import ConvoyError
from components.core.git import git
from pipelines.versioning import LOCK

EXPERIMENTS = "refs/exps"
DIGITS = 7


def check_repository() -> None:
    """Checks that an experiment can be kept.

    Raises:
        ConvoyError: When there is no commit that it could stand on, or git knows no author.
    """
    need = "key=value makes an experiment, which git keeps on top of a commit"
    try:
        git("rev-parse", "--verify", "--quiet", "HEAD")
    except ConvoyError:
        remedy = "there is none; run: git init && git add --all && git commit"
        raise ConvoyError(f"{Path.cwd()}: {need}; {remedy}") from None
    try:
        git("var", "GIT_COMMITTER_IDENT")
    except ConvoyError:
        remedy = "git config user.name NAME && git config user.email ADDRESS"
        raise ConvoyError(f"{Path.cwd()}: {need}; git must know of whom: {remedy}") from None


def keep(task: str) -> str:
    """Keeps the tracked files, `params.yaml` and `dvc.lock` as they are as an experiment of DVC's.

    Args:
        task: What the name of the experiment begins with.

    Returns:
        Its name, for `dvc exp apply`; the same for the same files on the same commit.
    """
    head = git("rev-parse", "HEAD")
    tree = _write_tree()
    name = f"{task}-{tree[:DIGITS]}"
    commit = git("commit-tree", tree, "-p", head, "-m", f"dvc: commit experiment {tree}")
    git("update-ref", f"{EXPERIMENTS}/{head[:2]}/{head[2:]}/{name}", commit)
    return name


def _write_tree() -> str:
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        with suppress(FileNotFoundError):
            shutil.copy(git("rev-parse", "--git-path", "index"), index)
        git("add", "--update", "--", ":/", index=index)
        git("add", "--force", "--", str(PARAMS_FILE), LOCK, index=index)
        return git("write-tree", index=index)
