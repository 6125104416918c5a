"""Runs of a task with parameters overridden, kept as DVC's experiments.

A run reads the `params.yaml` that is meant, written for it and put back afterwards. What came of
it is kept where DVC keeps experiments: as a commit on top of the current one under `refs/exps`.
It is made beside the index and the working tree, which `dvc exp run` and `dvc exp save` change
on the way, so that nothing is lost whenever the run is stopped. Trailers of the commit's message
tell the overrides and the metrics, so that a list of experiments is read from git alone.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from components.core.block import PARAMS_FILE, parse_params
from components.core.errors import ConvoyError
from components.core.git import git
from components.core.layout import METRICS_FILE, report_folder
from components.core.tabular import read_json
from pipelines.stages import PLAN
from pipelines.versioning import LOCK

EXPERIMENTS = "refs/exps"
DIGITS = 7
REFERENCE = re.compile(rf"{EXPERIMENTS}/(?P<base>[0-9a-f]{{2}}/[0-9a-f]{{38}})/(?P<name>[^/]+)")
"""What DVC calls an experiment; its other references are of work in progress."""
OVERRIDES, VALIDATION, TEST = "Overrides", "Validation", "Test"
TRAILERS = (OVERRIDES, VALIDATION, TEST)
FIELDS = ("%(refname)", "%(objectname)", "%(committerdate:unix)", "%(trailers)")
NEXT_FIELD, NEXT_EXPERIMENT = "\x1f", "\x1e"

Metrics = Mapping[str, float]


@dataclass(frozen=True)
class Experiment:
    """What is known of an experiment.

    Attributes:
        name: For `convoy apply` and `dvc exp`.
        commit: What git keeps it as.
        base: The commit that it stands on.
        made: When it was kept.
        block: The parameters of the task.
        overrides: `key=value` each, as they were given; empty for one that DVC has made.
        validation: The model's metrics on the validation split; empty when nobody measured them.
        test: Those on the test split; empty when the run ended before the stage evaluate.
    """

    name: str
    commit: str
    base: str
    made: datetime
    block: Mapping[str, Any]
    overrides: Sequence[str] = ()
    validation: Metrics = field(default_factory=dict)
    test: Metrics = field(default_factory=dict)


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


def keep(
    task: str,
    overrides: Sequence[str] = (),
    validation: Metrics | None = None,
    test: Metrics | None = None,
) -> str:
    """Keeps the tracked files, `params.yaml` and `dvc.lock` as they are as an experiment of DVC's.

    Args:
        task: What the name of the experiment begins with.
        overrides: `key=value` each.
        validation: The model's metrics on the validation split.
        test: The model's metrics on the test split.

    Returns:
        Its name; the same for the same files on the same commit.
    """
    head = git("rev-parse", "HEAD")
    tree = write_tree()
    name = f"{task}-{tree[:DIGITS]}"
    values = (list(overrides), dict(validation or {}), dict(test or {}))
    told = zip(TRAILERS, map(json.dumps, values), strict=True)
    trailers = "\n".join(f"{trailer}: {value}" for trailer, value in told)
    message = f"dvc: commit experiment {tree}\n\n{trailers}"
    commit = git("commit-tree", tree, "-p", head, "-m", message)
    git("update-ref", f"{EXPERIMENTS}/{head[:2]}/{head[2:]}/{name}", commit)
    return name


def write_tree() -> str:
    """Git's tree of the tracked files, `params.yaml` and `dvc.lock` as they are."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        with suppress(FileNotFoundError):
            shutil.copy(git("rev-parse", "--git-path", "index"), index)
        git("add", "--update", "--", ":/", index=index)
        present = [each for each in (str(PARAMS_FILE), LOCK) if Path(each).is_file()]
        git("add", "--force", "--", *present, index=index)
        return git("write-tree", index=index)


def list_experiments(task: str) -> list[Experiment]:
    """The experiments of a task, the newest first.

    Those that DVC has made count when they change the task's block.

    Raises:
        ConvoyError: When this is no repository.
    """
    layout = NEXT_FIELD.join(FIELDS) + NEXT_EXPERIMENT
    lines = git("for-each-ref", EXPERIMENTS, f"--format={layout}").split(NEXT_EXPERIMENT)
    found = (_read(task, line.strip("\n").split(NEXT_FIELD)) for line in lines if line.strip())
    return sorted(filter(None, found), key=lambda each: each.made, reverse=True)


def remove(experiment: Experiment) -> None:
    """Forgets an experiment, unless another has taken its name by now."""
    name = f"{EXPERIMENTS}/{experiment.base[:2]}/{experiment.base[2:]}/{experiment.name}"
    git("update-ref", "-d", name, experiment.commit)


def read_test_metrics(task: str) -> Metrics:
    """The metrics that the stage evaluate has left in the working tree."""
    file = _metrics_file(task)
    return read_json(file) if file.is_file() else {}


def belong_together(lock: str, task: str, block: Mapping[str, Any]) -> bool:
    """Whether all that `dvc.lock` tells of a task is of one run with these parameters.

    It is not when only some stages ran again: then it keeps what the others gave before.

    Args:
        lock: The content of `dvc.lock`.
        task: The task's name.
        block: The parameters.
    """
    recorded = (yaml.safe_load(lock) or {}).get("stages") or {}
    stages = {name: each for name, each in recorded.items() if name.endswith(f"@{task}")}
    written = {out["path"]: _hash(out) for each in stages.values() for out in each.get("outs", ())}
    read = [dep for each in stages.values() for dep in each.get("deps", ())]
    params = stages.get(f"{PLAN}@{task}", {}).get("params", {}).get(str(PARAMS_FILE), {})
    same = params.get(f"tasks.{task}", block) == block
    return same and all(written.get(dep["path"], _hash(dep)) == _hash(dep) for dep in read)


def _hash(recorded: Mapping[str, Any]) -> Any:
    """The hash of a path; None where DVC keeps none, as of a folder with links."""
    return recorded.get("md5")


def _metrics_file(task: str) -> Path:
    return report_folder(task, "any").with_name(METRICS_FILE)


def _read(task: str, fields: Sequence[str]) -> Experiment | None:
    """An experiment, or None when it is of another task, or a reference of another kind."""
    reference, commit, made, trailers = fields
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return None
    base = match["base"].replace("/", "")
    block = _block(commit, task)
    own = re.fullmatch(rf"{re.escape(task)}-[0-9a-f]{{{DIGITS}}}", match["name"])
    if block is None or not (own or block != _block(base, task)):
        return None
    told = _parse(trailers)
    overrides, validation, test = (told.get(trailer, {}) for trailer in TRAILERS)
    if not told:
        test = _stored_metrics(commit, task, block)
    when = datetime.fromtimestamp(int(made), UTC)
    return Experiment(match["name"], commit, base, when, block, tuple(overrides), validation, test)


def _parse(trailers: str) -> dict[str, Any]:
    told = {}
    for line in trailers.splitlines():
        trailer, _, value = line.partition(": ")
        with suppress(ValueError):  # what others write in a message need not be JSON
            told[trailer] = json.loads(value)
    return {trailer: told[trailer] for trailer in TRAILERS if trailer in told}


def _block(commit: str, task: str) -> Mapping[str, Any] | None:
    """A task's block as a commit has it; None where it has none that can be read."""
    try:
        text = git("show", f"{commit}:./{PARAMS_FILE}")
        block: Mapping[str, Any] = parse_params(text)["tasks"][task]
    except (ConvoyError, KeyError, TypeError):
        return None
    return block


def _stored_metrics(commit: str, task: str, block: Mapping[str, Any]) -> Metrics:
    """The metrics that DVC's cache, or a remote, has for an experiment; none of another model."""
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException

    try:
        if not belong_together(git("show", f"{commit}:./{LOCK}"), task, block):
            return {}
        text = DVCFileSystem(rev=commit).read_text(_metrics_file(task).as_posix())
        metrics: Metrics = json.loads(text)
    except (ConvoyError, OSError, DvcException):
        return {}
    return metrics
