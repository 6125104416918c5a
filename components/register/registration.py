"""Registers a model with all that is known of it, and does what the gate decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.core.examples import read_raw
from components.core.files import folder_digest
from components.core.layout import (
    CHAMPION_FILE,
    DECISION_FILE,
    METADATA,
    METRICS_FILE,
    artifact_folder,
    data_folder,
)
from components.core.tabular import read_json
from components.core.task import Spec
from components.core.training_data import log_training_data
from components.register.provenance import provenance
from components.register.records import Decision
from components.register.registry import DIGEST_TAG, Registry
from components.register.tracking import log_curves, log_results, training_run


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

    A model that has been registered before becomes no new version.

    Args:
        spec: The task and all of its parameters.
        results: What is registered.

    Returns:
        `version` and `run_id`, and of the gate `accepted` and `reasons`.
    """
    verdict = read_json(results.evaluation / DECISION_FILE)
    metrics = read_json(results.evaluation / METRICS_FILE)
    registry = Registry(spec.name)
    version, run_id = _find_or_register(spec, registry, results, metrics)
    decision = Decision(
        "promote" if verdict["accepted"] else "refuse",
        verdict["reasons"],
        metrics=metrics,
        champion_metrics=read_json(results.evaluation / CHAMPION_FILE),
    )
    act = registry.promote if verdict["accepted"] else registry.refuse
    act(version, decision)
    done = {name: verdict[name] for name in ("accepted", "reasons")}
    return {"version": version, "run_id": run_id, **done}


def _find_or_register(
    spec: Spec, registry: Registry, results: Results, metrics: dict[str, float]
) -> tuple[str, str]:
    """Number and run of the model's version, a new one unless it has been registered before."""
    digest = folder_digest(results.model)
    known = registry.resume(digest, metrics)
    if known is not None:
        return str(known.version), known.run_id
    tags = {DIGEST_TAG: digest}
    with training_run(spec, tags) as run_id:
        log_curves(results.curves)
        log_results(metrics, results.evaluation)
        log_training_data(data_folder(spec.name), spec.sample, spec.labels)
    lineage = str(artifact_folder(spec.name, "register") / METADATA)
    tags |= provenance(spec.name) | {"lineage": lineage}
    example, column = _first_sample(spec, results.examples), spec.sample.column
    return registry.register(run_id, results.model, metrics, tags, example, column), run_id


def _first_sample(spec: Spec, files: Sequence[str]) -> bytes:
    row = next(read_raw(files, spec.sample, spec.labels, batch_size=1))[0]
    sample: bytes = row[spec.sample.column]
    return sample
