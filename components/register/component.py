"""The TFX component that puts a model into the registry."""

import json
from pathlib import Path
from typing import Any

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, Model, ModelEvaluation, ModelRun, PushedModel

from components.core.layout import (
    CHAMPION_FILE,
    CURVES_FILE,
    DECISION_FILE,
    METADATA,
    METRICS_FILE,
    REGISTRATION_FILE,
    artifact_folder,
)
from components.evaluate.component import TEST, serving_folder
from components.evaluate.rows import read_batches
from pipelines.project import load_task
from pipelines.tasks.base import Task


@component
def Register(  # noqa: N802 (TFX names components like classes)
    examples: InputArtifact[Examples],
    model: InputArtifact[Model],
    model_run: InputArtifact[ModelRun],
    evaluation: InputArtifact[ModelEvaluation],
    task: Parameter[str],
    registered: OutputArtifact[PushedModel],
) -> None:
    """Registers a new version as challenger and promotes it when the gate accepted it.

    Args:
        examples: Raw examples; the first of the test split becomes the input example.
        model: The exported model.
        model_run: The training curves.
        evaluation: Metrics, pictures and the gate's decision.
        task: The task's name.
        registered: Receives the version and the decision as `registration.json`.
    """
    from components.register.records import Decision
    from components.register.registry import Registry

    results = Path(evaluation.uri)
    verdict = _read(results / DECISION_FILE)
    metrics = _read(results / METRICS_FILE)
    version, run_id = _register(task, examples, model, model_run, results)
    decision = Decision(
        "promote" if verdict["accepted"] else "refuse",
        verdict["reasons"],
        metrics=metrics,
        champion_metrics=_read(results / CHAMPION_FILE),
    )
    act = Registry(task).promote if verdict["accepted"] else Registry(task).refuse
    act(version, decision)
    registered.set_string_custom_property("version", version)
    _write(Path(registered.uri), {"version": version, "run_id": run_id, **verdict})


def _register(
    task: str, examples: Examples, model: Model, model_run: ModelRun, results: Path
) -> tuple[str, str]:
    """Number and run of the model's version, a new one unless it has been registered before."""
    from components.core.files import folder_digest
    from components.drift.baseline import log_baseline
    from components.register.provenance import provenance
    from components.register.registry import DIGEST_TAG, Registry
    from components.register.tracking import log_curves, log_results, training_run

    definition, params = load_task(task)
    registry, metrics = Registry(task), _read(results / METRICS_FILE)
    digest = folder_digest(serving_folder(model))
    known = registry.resume(digest, metrics)
    if known is not None:
        return str(known.version), known.run_id
    tags = {DIGEST_TAG: digest}
    with training_run(task, params, tags) as run_id:
        log_curves(Path(model_run.uri) / CURVES_FILE)
        log_results(metrics, results)
        log_baseline(task)
    tags |= provenance(task) | {"lineage": str(artifact_folder(task, "register") / METADATA)}
    image = _first_image(examples, definition)
    return registry.register(run_id, serving_folder(model), metrics, tags, image), run_id


def _first_image(examples: Examples, task: Task) -> bytes:
    files = [str(file) for file in Path(examples.path(split=TEST)).iterdir()]
    return next(read_batches(files, task, batch_size=1))[0]["image"]


def _read(file: Path) -> Any:
    return json.loads(file.read_text())


def _write(folder: Path, registration: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REGISTRATION_FILE).write_text(json.dumps(registration, indent=2) + "\n")
