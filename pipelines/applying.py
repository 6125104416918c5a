"""Brings an experiment back: what it changed, and what came of it.

`dvc exp apply` does so, too, but ends with an error where a stage has no outputs in the experiment,
as those after the stage train of a sweep, or a task that has never run.
"""

import shutil
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.git import git
from components.core.names import describe_unknown
from pipelines import dvc
from pipelines.experiments import Experiment, list_experiments
from pipelines.running import only_run


def apply(task: str, name: str) -> str:
    """Brings an experiment back into the working tree; nothing is committed.

    Args:
        task: The task's name.
        name: The experiment's.

    Returns:
        A sentence that says what to do next.

    Raises:
        ConvoyError: When there is no such experiment, or tracked files have changed, which
            would be lost.
    """
    with only_run():
        found = {each.name: each for each in reversed(list_experiments(task))}
        if name not in found:
            raise ConvoyError(describe_unknown(f"experiment of {task}", name, found))
        if changed := git("diff", "--name-only", "HEAD").splitlines():
            raise ConvoyError(f"{', '.join(changed[:3])}: has changed; commit it first")
        _bring_back_files(found[name])
        _bring_back_outputs(task)
    return f"{name} is here; convoy run {task} runs what it did not come to, git commit keeps it"


def _bring_back_files(experiment: Experiment) -> None:
    """Gives the files that the experiment changed its content, beside the index."""
    names = ("diff", "--name-only", "-z", "--no-renames", "--relative", experiment.base)
    changed = [name for name in git(*names, experiment.commit).split("\0") if name]
    kept = git("ls-tree", "-r", "-z", "--name-only", experiment.commit, "--", *changed).split("\0")
    restored = [name for name in changed if name in kept]
    if restored:
        git("restore", f"--source={experiment.commit}", "--worktree", "--", *restored)
    for name in set(changed) - set(restored):
        Path(name).unlink(missing_ok=True)


def _bring_back_outputs(task: str) -> None:
    """Those that `dvc.lock` names now; the others are of another run and go."""
    for output in map(Path, dvc.outputs([task])):
        if output.is_dir() and not output.is_symlink():
            shutil.rmtree(output)
        else:
            output.unlink(missing_ok=True)
    dvc.restore_outputs([task])
