"""Registers a model with all that is known of it, and does what the gate decided."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow

from components.core.digest import model_digest
from components.core.examples import read_raw
from components.core.files import folder_digest
from components.core.layout import (
    CARD_FILE,
    CHAMPION_FILE,
    DECISION_FILE,
    METRICS_FILE,
    data_folder,
    lineage_file,
    speed_file,
)
from components.core.measures import overall
from components.core.store import CHAMPION, DIGEST_TAG
from components.core.tabular import read_json
from components.core.task import Spec
from components.core.training_data import log_training_data
from components.core.vocabulary import read_vocabulary
from components.register.card import Measured, model_card, shorten
from components.register.datasets import log_datasets
from components.register.facts import read_facts
from components.register.licence import weight_tags
from components.register.provenance import provenance
from components.register.records import Decision
from components.register.registry import IDENTITY_TAG, OvertakenError, Registry
from components.register.tracking import log_curves, log_results, resumed_run, training_run


@dataclass(frozen=True)
class Results:
    """What the stages before have come to.

    Attributes:
        model: The SavedModel.
        curves: The training curves.
        evaluation: The folder of metrics, pictures and the gate's decision.
        examples: Files of the raw examples of the test split.
    """

    model: Path
    curves: Path
    evaluation: Path
    examples: Sequence[str]


def register_model(spec: Spec, results: Results) -> dict[str, Any]:
    """Registers a new version as challenger and promotes it when the gate accepted it.

    A model that has been registered before becomes no new version. All of it is one step for
    other processes: of two that register the same model, the second finds the first one's.

    Args:
        spec: The task and all of its parameters.
        results: What is registered.

    Returns:
        `version`, `run_id` and `digest`, by which it is known again, and of the gate `accepted`
        and `reasons`. `settled` is false when the champion is no longer the one that the gate
        has judged against: then the version stays the challenger until it is judged anew.
    """
    verdict = read_json(results.evaluation / DECISION_FILE)
    metrics = read_json(results.evaluation / METRICS_FILE)
    registry = Registry(spec.name)
    digest = model_digest(results.model)
    with registry.alone():
        version, run_id = _find_or_register(spec, registry, results, metrics, digest)
        registry.describe(version, shorten(write_card(spec, results)))
        decision = Decision(
            "promote" if verdict["accepted"] else "refuse",
            verdict["reasons"],
            metrics=metrics,
            champion_metrics=read_json(results.evaluation / CHAMPION_FILE),
        )
        done = _settle(registry, version, decision, verdict["champion"])
    return {"version": version, "run_id": run_id, "digest": digest, **done}


def write_card(spec: Spec, results: Results) -> str:
    """The model card, as Markdown: the same for the same inputs.

    Args:
        spec: The task and all of its parameters.
        results: The model and what it has come to.
    """
    measured = Measured.read(results.evaluation)
    return model_card(spec, results.model, measured, read_facts(spec))


def _settle(
    registry: Registry, version: str, decision: Decision, judged: str | None
) -> dict[str, Any]:
    reasons = list(decision.reasons)
    if judged != version and registry.aliases().get(CHAMPION) == version:
        reasons = [f"version {version} is this very model, and the champion already", *reasons]
    try:
        registry.settle(version, decision, judged)
    except OvertakenError as error:
        return {"accepted": False, "reasons": [str(error)], "settled": False}
    return {"accepted": decision.action == "promote", "reasons": reasons, "settled": True}


def _find_or_register(
    spec: Spec, registry: Registry, results: Results, metrics: dict[str, float], digest: str
) -> tuple[str, str]:
    """Number and run of the model's version, a new one unless it has been registered before."""
    files = folder_digest(results.model)
    tagged = overall(metrics, spec.params["gate"]["thresholds"])
    known = registry.resume(digest, tagged) or registry.resume(files, tagged)
    example, column = _first_sample(spec, results.examples), spec.sample.column
    if known is not None:
        if not registry.has_files(known):
            _log(spec, results, tagged, resumed_run(known.run_id))
            registry.restore(known, results.model, example, column)
        return str(known.version), known.run_id
    tags = {IDENTITY_TAG: digest, DIGEST_TAG: files} | weight_tags(spec.params["train"])
    run_id = _log(spec, results, tagged, training_run(spec, {IDENTITY_TAG: digest}))
    lineage = str(lineage_file(spec.name, "register"))
    tags |= provenance(spec.name) | {"lineage": lineage}
    return registry.register(run_id, results.model, tagged, tags, example, column), run_id


def _log(
    spec: Spec,
    results: Results,
    metrics: dict[str, float],
    run: AbstractContextManager[str],
) -> str:
    """Logs with a run what a model was made of and has come to; returns the run's id."""
    with run as run_id:
        mlflow.set_tags(weight_tags(spec.params["train"]))
        log_curves(results.curves)
        if (speed := speed_file(spec.name)).is_file():
            log_curves(speed)
        log_results(metrics, results.evaluation)
        vocabulary = read_vocabulary(results.model)
        log_training_data(data_folder(spec.name), spec.sample, spec.labels, vocabulary)
        log_datasets(spec.name, read_facts(spec))
        mlflow.log_text(write_card(spec, results), CARD_FILE)
    return run_id


def _first_sample(spec: Spec, files: Sequence[str]) -> bytes | str:
    """An encoded sample; text as such, so that whoever calls the model need not encode it."""
    row = next(read_raw(files, spec.sample, spec.labels, batch_size=1))[0]
    sample: bytes = row[spec.sample.column]
    return sample.decode() if spec.sample.is_text else sample
