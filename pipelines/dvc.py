"""Runs DVC, which decides what has changed and must run again."""

import json
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

from components.core.errors import ConvoyError, DataError
from components.core.text import mask
from pipelines import refusal
from pipelines.forkserver import served
from pipelines.plan import changed_specs
from pipelines.processes import SIGNALLED, kept, run
from pipelines.reports.terminal import plain, show
from pipelines.stages import PLAN
from pipelines.versioning import LOCK, read_lock

LAST_STAGE = "register"
LOG_LINES = 40
DVC = (sys.executable, "-m", "dvc")
WORK = Path(".dvc/tmp")
PIPELINE = Path("dvc.yaml")
KINDS = ("outs", "metrics", "plots")
"""Where a stage of `dvc.yaml` names what it writes."""


@dataclass(frozen=True)
class Reproduction:
    """What came of `dvc repro`.

    Attributes:
        code: Its exit code.
        log: The last lines of what it printed.
        refused: What the data break, when it was the data that stopped it.
    """

    code: int
    log: str
    refused: str | None


class StageError(ConvoyError):
    """A stage failed.

    Attributes:
        log: The last lines of what `dvc repro` printed.
    """

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


def reproduce(tasks: Sequence[str], force: bool = False, last: str = LAST_STAGE) -> int:
    """`dvc repro` of the tasks' chains.

    Args:
        tasks: The tasks.
        force: Whether to run stages again that have not changed.
        last: The stage that each chain ends with.

    Returns:
        0; 13 when the data were refused; 128 and its number when a signal ended DVC; 1 otherwise.
    """
    arguments = [*(["--force"] if force else []), *(f"{last}@{task}" for task in tasks)]
    with refusal.asked_for() as note:
        _show("repro", *arguments)
        code = run(served([*DVC, "repro", *arguments]))
        refused = note.is_file()
    if not code or was_killed(code):
        return code
    return DataError.exit_code if refused else ConvoyError.exit_code


def reproduce_stage(task: str, stage: str) -> Reproduction:
    """`dvc repro` of a task up to a stage, shown as it runs."""
    _show("repro", f"{stage}@{task}")
    lines: deque[str] = deque(maxlen=LOG_LINES)
    with refusal.asked_for() as note:
        program = served([*DVC, "repro", f"{stage}@{task}"])
        with kept(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            for line in process.stdout or ():
                sys.stdout.write(mask(line))
                sys.stdout.flush()
                lines.append(line)
            code = process.wait()
        refused = note.read_text() if note.is_file() else None
    return Reproduction(code, "".join(lines).strip(), refused)


def changed_stages(task: str) -> set[str]:
    """The stages of a task that DVC would run again because of what has changed.

    Those that depend on them are not among them: it is known only once they have run. The stage
    plan is not either, but those are of which a new plan would say something else.

    Raises:
        ConvoyError: When DVC cannot tell.
    """
    command = [*DVC, "status", "--json", "--with-deps", f"{LAST_STAGE}@{task}"]
    with kept(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        printed, said = process.communicate()
    if process.returncode:
        raise ConvoyError(f"dvc status: {said.strip()}")
    changed = {name.partition("@")[0] for name in json.loads(printed)}
    return (changed - {PLAN}) | changed_specs(task) if PLAN in changed else changed


def track(folders: Sequence[Path]) -> None:
    """`dvc add`: stores folders in DVC's cache; git keeps a file `<folder>.dvc` each.

    Raises:
        ConvoyError: When DVC refuses.
    """
    if folders and _dvc("add", "--quiet", *map(str, folders)):
        raise ConvoyError(f"{', '.join(map(str, folders))}: dvc add has failed")


def restore_outputs(tasks: Sequence[str] = ()) -> None:
    """Brings back what `dvc.lock` names: DVC clears a stage's outputs before it runs.

    Args:
        tasks: Of which tasks, half outputs that nobody has stored being overwritten; when left
            out, of all, and nothing that is not stored is lost.
    """
    recorded = [name for task in tasks for name in _recorded_stages(task)]
    if recorded or not tasks:
        options = ["--force", *recorded] if recorded else []
        _dvc("checkout", "--quiet", "--allow-missing", *options)


def outputs(tasks: Sequence[str]) -> list[str]:
    """The paths that the stages of tasks write, as `dvc.yaml` says."""
    try:
        stages = yaml.safe_load(PIPELINE.read_text())["stages"].values()
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError):  # DVC will say so
        return []
    loops = [stage["do"] for stage in stages if "foreach" in stage]
    entries = [each for do in loops for kind in KINDS for each in do.get(kind, ())]
    paths = [each if isinstance(each, str) else next(iter(each)) for each in entries]
    return [Template(path).safe_substitute(key=task) for task in tasks for path in paths]


def _recorded_stages(task: str) -> list[str]:
    try:
        content = yaml.safe_load(read_lock())
    except yaml.YAMLError:  # cut short
        content = None
    stages = (content or {}).get("stages") or {}
    return [name for name in stages if name.endswith(f"@{task}")]


def forget_stages(task: str, stages: Sequence[str]) -> None:
    """Takes stages of a task out of `dvc.lock`: what it says of them is of another run."""
    content = yaml.safe_load(read_lock()) or {}
    recorded = content.get("stages", {})
    if known := [name for stage in stages if (name := f"{stage}@{task}") in recorded]:
        content["stages"] = {name: recorded[name] for name in recorded if name not in known}
        Path(LOCK).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def was_killed(code: int) -> bool:
    """Whether an exit code says that a signal ended DVC itself; its own codes are above 250."""
    return SIGNALLED < code <= SIGNALLED + signal.SIGRTMAX


def _dvc(*arguments: str) -> int:
    _show(*arguments)
    return run([*DVC, *arguments])


def _show(*arguments: str) -> None:
    with suppress(OSError):  # a terminal that has gone stops nothing from being brought back
        show(plain(f"$ dvc {' '.join(arguments)}", "dim"), stderr=True)
