"""Puts back what a run changed that did not come to its end, or was an experiment.

A run notes `dvc.lock` and which outputs there are before it begins, and forgets them when it has
ended, well or with an error. An experiment notes `params.yaml`, too. Where a signal stopped the
run, and after an experiment, they are put back at once; after a SIGKILL the note is still there,
and the next run puts them back before it begins.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from components.core.block import PARAMS_FILE
from components.core.errors import ConvoyError
from components.core.files import staged_folder
from components.core.git import git
from pipelines import dvc
from pipelines.clean import task_leftovers
from pipelines.temporary import TEMPORARY
from pipelines.versioning import LOCK

NOTE = TEMPORARY / "unfinished"
STATE = "state.json"
MEANT = "params.meant"
"""The `params.yaml` of an experiment, in the note."""


@dataclass(frozen=True)
class State:
    """What a run began with, beside the content of the files that it changes.

    Attributes:
        tasks: What it runs.
        experiment: Whether it reads a `params.yaml` of its own.
        head: The commit; None outside of a repository.
        index: What git is told to commit of the files, as `git ls-files --stage` says it.
        outputs: Those outputs of the tasks that were there.
    """

    tasks: Sequence[str]
    experiment: bool = False
    head: str | None = None
    index: Sequence[str] = ()
    outputs: Sequence[str] = ()

    @property
    def files(self) -> list[Path]:
        """The files that the run changes."""
        return _files(self.experiment)


def note(tasks: Sequence[str], meant: str | None = None) -> None:
    """Notes what things are like before a run, and writes the `params.yaml` that it reads.

    Args:
        tasks: What the run may change.
        meant: The content of `params.yaml` for an experiment; None for that which is there.
    """
    experiment = meant is not None
    index = _index(_files(experiment))
    outputs = [output for output in dvc.outputs(tasks) if Path(output).exists()]
    state = State(tasks, experiment, _head(), index, outputs)
    with staged_folder(NOTE) as folder:
        (folder / STATE).write_text(json.dumps(asdict(state)))
        for file in state.files:
            if file.is_file():
                shutil.copy(file, folder)
        if meant is not None:
            (folder / MEANT).write_text(meant, encoding="utf-8")
    if experiment:
        _replace(PARAMS_FILE, NOTE / MEANT)


def forget() -> None:
    """Says that the run has ended: what it changed stays."""
    (NOTE / STATE).unlink(missing_ok=True)  # first: half a note would be taken for a whole one
    shutil.rmtree(NOTE, ignore_errors=True)


def put_back(later: bool = False) -> bool:
    """Puts everything back that the noted run changed, and forgets it.

    A `params.yaml` that somebody has edited since the run began stays as it is.

    Args:
        later: Whether others may have changed something since. Where another commit has been
            checked out, `dvc.lock` and `params.yaml` are of that commit and stay.

    Returns:
        Whether there was a note.
    """
    try:
        state = State(**json.loads((NOTE / STATE).read_text()))
    except (FileNotFoundError, TypeError):  # of another version of convoy
        return False
    if not later or state.head == _head():
        for file in state.files:
            if file != PARAMS_FILE or is_meant():
                _bring_back(file)
        with suppress(ConvoyError):  # a git that was killed, too, says so to whoever needs it
            _stage(state)
        _remove_new(state)
    restore(state.tasks)
    forget()
    return True


def restore(tasks: Sequence[str]) -> None:
    """Brings back the outputs of tasks that `dvc.lock` names, and removes halves beside them."""
    dvc.restore_outputs(tasks)
    for task in tasks:
        for folder in task_leftovers(task):
            shutil.rmtree(folder, ignore_errors=True)


def is_meant() -> bool:
    """Whether `params.yaml` is as the noted experiment has written it, or gone."""
    with suppress(FileNotFoundError):
        return PARAMS_FILE.read_bytes() == (NOTE / MEANT).read_bytes()
    return True


def _remove_new(state: State) -> None:
    """Removes the outputs that were not there before; those that DVC knows it brings back."""
    for output in set(dvc.outputs(state.tasks)) - set(state.outputs):
        path = Path(output)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _bring_back(file: Path) -> None:
    noted = NOTE / file.name
    if noted.is_file():
        _replace(file, noted)
    else:
        file.unlink(missing_ok=True)


def _replace(file: Path, other: Path) -> None:
    """Gives a file the content and mode of another, as a whole."""
    copy = NOTE / f"{other.name}.copy"
    shutil.copy(other, copy)
    if file.is_file():
        shutil.copymode(file, copy)
    copy.replace(file.resolve())  # a link stays one


def _files(experiment: bool) -> list[Path]:
    """Without overrides nobody writes `params.yaml`."""
    return [Path(LOCK), PARAMS_FILE] if experiment else [Path(LOCK)]


def _head() -> str | None:
    with suppress(ConvoyError):
        return git("rev-parse", "--verify", "--quiet", "HEAD")
    return None


def _index(files: Sequence[Path]) -> list[str]:
    with suppress(ConvoyError):
        return git("ls-files", "--stage", "--full-name", "--", *map(str, files)).splitlines()
    return []


def _stage(state: State) -> None:
    """Has git commit of the files what it would have committed before: DVC stages them."""
    if _index(state.files) == list(state.index):
        return
    git("update-index", "--force-remove", "--", *map(str, state.files))
    for line in state.index:
        described, _, name = line.partition("\t")
        mode, content, _ = described.split()
        git("update-index", "--add", "--cacheinfo", f"{mode},{content},{name}")
