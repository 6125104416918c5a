"""Runs DVC, which decides what has changed and must run again."""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from components.core.block import read_blocks
from components.core.errors import ConvoyError
from components.ingest.incoming import make_folders
from pipelines.plan import changed_specs
from pipelines.stages import PLAN

LAST_STAGE = "register"
LOG_LINES = 40
DVC = (sys.executable, "-m", "dvc")
WORK = Path(".dvc/tmp")
RUN_LOCK = WORK / "convoy.lock"


class BusyError(ConvoyError):
    """Another run is at work in this project."""


class StageError(ConvoyError):
    """A stage failed.

    Attributes:
        log: The last lines of what `dvc repro` printed.
    """

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


@contextmanager
def only_run() -> Iterator[None]:
    """Keeps a second run or retraining out: each takes back what it finds half done.

    The lock is the kernel's: it ends with the process that holds it, however that ends. The
    folders for new samples, on which the ingest stages depend, are made first.

    Raises:
        BusyError: When another run is at work in this project.
        ConvoyError: When there is no `params.yaml`, or it names no task.
    """
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(RUN_LOCK).acquire(timeout=0)
    except Timeout:
        raise BusyError(f"{RUN_LOCK}: another convoy run is at work in this folder") from None
    with held:
        make_folders(read_blocks())
        yield


def reproduce(tasks: Sequence[str], force: bool = False) -> int:
    """`dvc repro` of the tasks' whole chains; returns its exit code."""
    options = ["--force"] if force else []
    return _dvc("repro", *options, *(f"{LAST_STAGE}@{task}" for task in tasks))


def run_experiment(task: str, overrides: Sequence[str]) -> int:
    """`dvc exp run` of one task with parameters overridden; returns its exit code."""
    # "++": the key may be one that params.yaml leaves at its default
    settings = [f"--set-param=++tasks.{task}.{override}" for override in overrides]
    return _dvc("exp", "run", *settings, f"{LAST_STAGE}@{task}")


def reproduce_stage(task: str, stage: str) -> tuple[int, str]:
    """`dvc repro` of a task up to a stage, shown as it runs.

    Returns:
        Its exit code and the last lines of what it printed.
    """
    _show("repro", f"{stage}@{task}")
    command = [*DVC, "repro", f"{stage}@{task}"]
    lines: deque[str] = deque(maxlen=LOG_LINES)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    return process.returncode, "".join(lines).strip()


def changed_stages(task: str) -> set[str]:
    """The stages of a task that DVC would run again because of what has changed.

    Those that depend on them are not among them: it is known only once they have run. The stage
    plan is not either, but those are of which a new plan would say something else.

    Raises:
        ConvoyError: When DVC cannot tell.
    """
    command = [*DVC, "status", "--json", "--with-deps", f"{LAST_STAGE}@{task}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise ConvoyError(f"dvc status: {result.stderr.strip()}")
    changed = {name.partition("@")[0] for name in json.loads(result.stdout)}
    return (changed - {PLAN}) | changed_specs(task) if PLAN in changed else changed


def track(folders: Sequence[Path]) -> None:
    """`dvc add`: stores folders in DVC's cache; git keeps a file `<folder>.dvc` each.

    Raises:
        ConvoyError: When DVC refuses.
    """
    if folders and _dvc("add", "--quiet", *map(str, folders)):
        raise ConvoyError(f"dvc add failed for {', '.join(map(str, folders))}")


def restore_outputs() -> None:
    """Brings back what `dvc.lock` names: DVC clears a stage's outputs before it runs."""
    _dvc("checkout", "--quiet", "--allow-missing")


def _dvc(*arguments: str) -> int:
    _show(*arguments)
    return subprocess.run([*DVC, *arguments], check=False).returncode


def _show(*arguments: str) -> None:
    Console(stderr=True).print(f"$ dvc {' '.join(arguments)}", style="dim", highlight=False)
