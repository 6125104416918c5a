"""`convoy retrain`: takes new data in, trains when it should, and commits what came of it.

Every step can be repeated, so a run that was killed is completed by the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from mlflow.entities.model_registry import ModelVersion
from pydantic import ValidationError

from components.core.block import describe_errors
from components.core.errors import ConvoyError, DataError
from components.core.faults import faults_kept
from components.core.layout import (
    CHAMPION_FILE,
    DECISION_FILE,
    METRICS_FILE,
    REGISTRATION_FILE,
    artifact_folder,
    data_folder,
    report_folder,
)
from components.ingest.appending import Batch, stage_batch
from components.ingest.incoming import list_batches
from components.ingest.params import SourceParams
from components.register.provenance import data_hash, params_hash, provenance
from components.register.registry import REFUSED, STAGE_TAG, Registry
from pipelines import dvc, unfinished, versioning
from pipelines.outcome import Outcome, Report
from pipelines.policy import RetrainParams, Situation, should_train
from pipelines.project import load_spec
from pipelines.rehearsal import check_data
from pipelines.running import BusyError, only_run, put_back_when_stopped
from pipelines.runs import check_registry, ensure_registered, plan_run, undo
from pipelines.temporary import project_folder

if TYPE_CHECKING:  # imports TensorFlow
    from components.core.parts import Sample
    from components.drift.drift import Drift

FINISHING_STAGES = frozenset(("evaluate", "register"))
DAY = 86_400


@dataclass(frozen=True)
class Request:
    """What `convoy retrain` was asked for.

    Attributes:
        task: The task's name.
        source: Where new samples are; None when there are none to add.
        settings: When to train.
        test: Whether some of the new samples go to the test split.
        dry_run: Whether to only tell what would happen.
    """

    task: str
    settings: RetrainParams
    source: SourceParams | None = None
    test: bool = False
    dry_run: bool = False


def settings(task: str, policy: str | None = None, days: float | None = None) -> RetrainParams:
    """The block `retrain` of a task, with what was asked for on the command line instead.

    Raises:
        ConvoyError: When there is no such policy, or the days are not positive.
    """
    block = dict(load_spec(task).params["retrain"])
    asked = {"policy": policy, "days": days}
    block |= {key: value for key, value in asked.items() if value is not None}
    try:
        return RetrainParams.model_validate(block)
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, "retrain", RetrainParams)) from None


def retrain(request: Request) -> Report:
    """Retrains a task, one run at a time in a project.

    Raises:
        StageError: When a stage fails for another reason than the data.
        ConvoyError: When tracked files have uncommitted changes, the new samples cannot be
            read, or MLflow or git fail.
    """
    try:
        with only_run(), put_back_when_stopped([request.task]), _staged(request) as batch:
            return _run(request, batch)
    except BusyError as error:
        return Report(request.task, Outcome.BUSY, [str(error)])
    except DataError as error:
        return _refuse(Report(request.task, planned=request.dry_run), str(error))


@contextmanager
def _staged(request: Request) -> Iterator[Batch | None]:
    """The new samples as a batch beside the data; None when there is none."""
    versioning.check_clean()
    plan_run([request.task])
    check_registry()
    if request.source is None:
        yield None
        return
    spec = load_spec(request.task)
    with project_folder() as folder:
        shards = folder / "batch"
        shards.mkdir()
        with faults_kept(report_folder(request.task, "ingest-failed")):
            batch = stage_batch(spec, request.source, shards, request.test)
        yield batch


def _run(request: Request, batch: Batch | None) -> Report:
    report = Report(request.task, planned=request.dry_run)
    if batch is not None:
        report.samples, report.duplicates = batch.samples, batch.duplicates
        report.left_out = batch.left_out
    if batch is not None and not batch.size:
        batch = None
    refused = batch and _refused_before(request.task, batch)
    if refused:
        report.reasons = [f"version {refused} was made with these samples and refused"]
        return report
    if batch is None and not versioning.own_changes() and not dvc.changed_stages(request.task):
        same = "data, parameters and code are those of the last training"
        lost = [] if request.dry_run else ensure_registered([request.task])
        report.reasons = [same, *lost]
        return report
    if request.dry_run:
        return _plan(request, batch, report)
    if batch is not None:
        batch.append(request.task)
    return _take_in(request, report)


def _plan(request: Request, batch: Batch | None, report: Report) -> Report:
    """Tells what would happen; changes nothing.

    Raises:
        DataError: When the data would be refused.
    """
    changed = dvc.changed_stages(request.task)
    if batch or "ingest" in changed:
        check_data(load_spec(request.task), batch, ingest_again="ingest" in changed)
    new = [batch.folder] if batch else []
    batches = [*_unknown_batches(request.task), *new]
    unread = "ingest" in changed and not batches  # a changed source
    drift = None if unread else _measure(request, batches)
    situation = _situation(request.task, bool(new or changed), drift)
    situation = replace(situation, new_data=situation.new_data or bool(new) or "ingest" in changed)
    train, reason = should_train(situation, request.settings)
    report.drift = _describe(drift)
    report.reasons = [f"{'would train' if train else 'would not train'}: {reason}"]
    return report


def _take_in(request: Request, report: Report) -> Report:
    """Makes new batches part of the data, checks them, and goes on if the policy says so."""
    task = request.task
    batches = versioning.uncommitted_batches(task)
    dvc.track(batches)
    checked = dvc.reproduce_stage(task, "prepare")
    if checked.refused is not None:
        versioning.take_back(batches)
        dvc.restore_outputs()
        return _refuse(report, checked.refused, checked.log)
    _check(task, checked)
    changed = dvc.changed_stages(task)
    if made := _made_already(task):
        report.reasons = [f"version {made} was made of this by a run that was stopped"]
    elif changed - FINISHING_STAGES:
        drift = _measure(request, _unknown_batches(task))
        report.drift = _describe(drift)
        train, reason = should_train(_situation(task, True, drift), request.settings)
        report.reasons = [reason]
        if not train:
            unfinished.forget()
            return _keep_data(report)
    _check(task, dvc.reproduce_stage(task, dvc.LAST_STAGE))
    unfinished.forget()  # from here on what has changed is to be committed
    if not versioning.reran(f"{dvc.LAST_STAGE}@{task}"):
        return _keep_lock(report)
    return _conclude(report, batches)


def _check(task: str, reproduction: dvc.Reproduction) -> None:
    """Checks that `dvc repro` came to its end. The new samples stay where they are."""
    if reproduction.code:
        undo([task], reproduction.code)
        message = f"dvc repro of {task} failed, not for its data: mend what it says; run it again"
        raise dvc.StageError(message, reproduction.log)


def _refuse(report: Report, refused: str, log: str = "") -> Report:
    """Says what the data break; other data are needed."""
    first, _, rest = refused.partition("\n")
    report.outcome, report.reasons, report.log = Outcome.DATA_INVALID, [first], log or rest
    return report


def _keep_lock(report: Report) -> Report:
    """Commits that stages ran again, as after a change of code, and gave what they had given."""
    report.reasons = ["stages ran again; the model and all it was made of stayed the same"]
    versioning.advance(versioning.keep(report.message(), None))
    return report


def _keep_data(report: Report) -> Report:
    if versioning.reran(f"ingest@{report.task}"):
        report.outcome = Outcome.DATA_ADDED
    if versioning.own_changes():
        versioning.advance(versioning.keep(report.message(), None))
    return report


def _conclude(report: Report, batches: Sequence[Path]) -> Report:
    """Commits and tags what came of the training.

    The branch holds what the champion was made of. The data of a refused model are taken
    back; they stay under the tag.
    """
    registration = _read(_output(report.task, "register", "Register/registered", REGISTRATION_FILE))
    report.outcome = Outcome.PROMOTED if registration["accepted"] else Outcome.REFUSED
    report.reasons = [*report.reasons, *registration["reasons"]]
    report.version = registration["version"]
    report.metrics = _read(_evaluated(report.task, METRICS_FILE))
    report.champion = _read(_evaluated(report.task, CHAMPION_FILE))
    report.rival = _read(_evaluated(report.task, DECISION_FILE))["champion"]
    report.tag = f"{report.task}-v{report.version}"
    commit = versioning.keep(report.message(), report.tag)
    if report.outcome is Outcome.REFUSED and batches:
        versioning.take_back(batches)
        dvc.restore_outputs()
    else:
        versioning.advance(commit)
    return report


def _situation(task: str, changed: bool, drift: Sequence[Drift] | None) -> Situation:
    champion = Registry(task).champion()
    if champion is None:
        return Situation(None, changed, new_data=True, drifted=None)
    age = datetime.now(UTC).timestamp() - champion.creation_timestamp / 1000
    return Situation(
        champion_age=age / DAY,
        changed=changed,
        new_data=_has_new_data(champion),
        drifted=None if drift is None else list(_drifted(drift)),
    )


def _drifted(drift: Sequence[Drift]) -> Iterable[str]:
    return dict.fromkeys(each.column for each in drift if each.drifted)


def _has_new_data(champion: ModelVersion) -> bool:
    return bool(champion.tags.get("data_hash") != data_hash(champion.name))


def _measure(request: Request, batches: Sequence[Path]) -> list[Drift] | None:
    """The drift of the training samples that the champion does not know.

    Those are the batches after it; without any, the whole training split, if an edited
    source has changed it. None without a champion or its statistics.
    """
    from components.core.training_data import describe_samples, load_statistics, load_vocabulary
    from components.drift.drift import measure_drift

    champion = Registry(request.task).champion()
    baseline = load_statistics(champion) if champion else None
    if champion is None or baseline is None:
        return None
    if not batches and not _has_new_data(champion):
        return []
    spec = load_spec(request.task)
    folders = batches or [data_folder(request.task)]
    files = [file for folder in folders for file in sorted(folder.glob("train-*.parquet"))]
    if not files:
        return []
    sample = spec.sample.knowing(load_vocabulary(champion))
    now = describe_samples(files, sample, spec.labels)
    return measure_drift(now, baseline, request.settings.drift, _sample_columns(sample))


def _sample_columns(sample: Sample) -> list[str]:
    """The columns of the statistics that tell of samples; the others tell of labels."""
    return [*map(str, sample.describe(pd.DataFrame(columns=[*sample.columns()])).columns)]


def _describe(drift: Sequence[Drift] | None) -> Sequence[str]:
    from components.drift.drift import describe_drift

    return describe_drift(drift or ())


def _unknown_batches(task: str) -> list[Path]:
    """The batches that the champion was trained without."""
    champion = Registry(task).champion()
    known = _batch_names(champion) if champion else set()
    return [batch for batch in list_batches(task) if batch.name not in known]


def _refused_before(task: str, batch: Batch) -> str | None:
    """The version that was refused after it learnt from the same batches with the same params."""
    names = {each.name for each in list_batches(task)} | {batch.name}
    for version in Registry(task).versions():
        same = _batch_names(version) == names
        same = same and version.tags.get("params_hash") == params_hash(task)
        if same and version.tags.get(STAGE_TAG) == REFUSED:
            return str(version.version)
    return None


def _made_already(task: str) -> str | None:
    """The version that a run has registered, and then was stopped before it committed that.

    What is committed since is of another commit, so it is known by the commit.
    """
    made_of = provenance(task).items()
    versions = Registry(task).versions()
    return next((str(each.version) for each in versions if made_of <= each.tags.items()), None)


def _batch_names(version: ModelVersion) -> set[str]:
    return set(filter(None, version.tags.get("batches", "").split(",")))


def _evaluated(task: str, file: str) -> Path:
    return _output(task, "evaluate", "Evaluate/evaluation", file)


def _output(task: str, stage: str, node: str, file: str) -> Path:
    (found,) = (artifact_folder(task, stage) / node).glob(f"*/{file}")
    return found


def _read(file: Path) -> Any:
    return json.loads(file.read_text())
