"""Puts back what a run changed that did not come to its end.

A run notes `dvc.lock`, and with overrides `params.yaml`, before it begins, and forgets them when
it has ended, well or with an error. Where a signal stopped it they are put back at once; after a
SIGKILL the note is still there, and the next run puts them back before it begins.
"""

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from components.core.block import PARAMS_FILE
from components.core.errors import ConvoyError
from components.core.files import staged_folder
from components.core.git import git
from pipelines import dvc
from pipelines.clean import task_leftovers
from pipelines.overrides import apply_overrides
from pipelines.temporary import TEMPORARY
from pipelines.versioning import LOCK

NOTE = TEMPORARY / "unfinished"
STATE = "state.json"


@dataclass(frozen=True)
class State:
    """What a run began with, beside the content of the files that it changes.

    Attributes:
        tasks: What it runs.
        overrides: The parameters that it overrides in `params.yaml`.
        head: The commit; None outside of a repository.
        index: What git is told to commit of the files, as `git ls-files --stage` says it.
    """

    tasks: Sequence[str]
    overrides: Sequence[str] = ()
    head: str | None = None
    index: Sequence[str] = ()

    @property
    def files(self) -> list[Path]:
        """The files that the run changes."""
        return _files(self.overrides)


def note(tasks: Sequence[str], overrides: Sequence[str] = ()) -> None:
    """Notes what things are like before a run."""
    state = State(tasks, overrides, _head(), _index(_files(overrides)))
    with staged_folder(NOTE) as folder:
        (folder / STATE).write_text(json.dumps(asdict(state)))
        for file in state.files:
            if file.is_file():
                shutil.copy(file, folder)


def forget() -> None:
    """Says that the run has ended: what it changed stays."""
    (NOTE / STATE).unlink(missing_ok=True)  # first: half a note would be taken for a whole one
    shutil.rmtree(NOTE, ignore_errors=True)


def put_back(later: bool = False) -> bool:
    """Puts everything back that the noted run changed, and forgets it.

    Args:
        later: Whether others may have changed something since. Where another commit has been
            checked out, `dvc.lock` and `params.yaml` are of that commit and stay; so does a
            `params.yaml` that has been edited.

    Returns:
        Whether there was a note.
    """
    try:
        state = State(**json.loads((NOTE / STATE).read_text()))
    except FileNotFoundError:
        return False
    if state.head == _head():
        for file in state.files:
            if not later or file != PARAMS_FILE or _is_overridden(state):
                _bring_back(file)
        with suppress(ConvoyError):  # a git that was killed, too, says so to whoever needs it
            _stage(state)
    restore(state.tasks)
    forget()
    return True


def restore(tasks: Sequence[str]) -> None:
    """Brings back the outputs of tasks that `dvc.lock` names, and removes halves beside them."""
    dvc.restore_outputs(tasks)
    for task in tasks:
        for folder in task_leftovers(task):
            shutil.rmtree(folder, ignore_errors=True)


def _is_overridden(state: State) -> bool:
    """Whether `params.yaml` is what DVC makes of the overrides, or cut short by its end."""
    (task,) = state.tasks
    try:
        content = yaml.safe_load(PARAMS_FILE.read_text())
        noted = yaml.safe_load((NOTE / PARAMS_FILE.name).read_text())
    except (OSError, yaml.YAMLError):
        return True
    noted["tasks"][task] = apply_overrides(noted["tasks"][task], state.overrides)
    return not content or content == noted


def _bring_back(file: Path) -> None:
    noted = NOTE / file.name
    if noted.is_file():
        copy = NOTE / f"{file.name}.copy"
        shutil.copy(noted, copy)
        copy.replace(file)
    else:
        file.unlink(missing_ok=True)


def _files(overrides: Sequence[str]) -> list[Path]:
    """Without overrides nobody writes `params.yaml`."""
    return [Path(LOCK), PARAMS_FILE] if overrides else [Path(LOCK)]


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
