"""The TFX component that puts a model into the registry."""

import json
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, Model, ModelEvaluation, ModelRun, PushedModel

from components.evaluate.component import TEST, serving_folder
from components.evaluate.rows import read_batches
from pipelines.layout import (
    CURVES_FILE,
    DECISION_FILE,
    METADATA,
    METRICS_FILE,
    REGISTRATION_FILE,
    artifact_folder,
)
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
    from components.register.provenance import provenance
    from components.register.registry import Registry
    from components.register.tracking import log_curves, log_results, training_run

    definition, params = load_task(task)
    results = Path(evaluation.uri)
    metrics = json.loads((results / METRICS_FILE).read_text())
    decision = json.loads((results / DECISION_FILE).read_text())
    with training_run(task, params) as run_id:
        log_curves(Path(model_run.uri) / CURVES_FILE)
        log_results(metrics, results)
    registry = Registry(task)
    version = registry.register(
        run_id,
        serving_folder(model),
        metrics,
        provenance(task) | {"lineage": str(artifact_folder(task, "register") / METADATA)},
        _first_image(examples, definition),
    )
    if decision["accepted"]:
        registry.promote(version, decision["reasons"])
    else:
        registry.refuse(version, decision["reasons"])
    registered.set_string_custom_property("version", version)
    _write(Path(registered.uri), {"version": version, "run_id": run_id, **decision})


def _first_image(examples: Examples, task: Task) -> bytes:
    files = [str(file) for file in Path(examples.path(split=TEST)).iterdir()]
    return next(read_batches(files, task, batch_size=1))[0]["image"]


def _write(folder: Path, registration: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REGISTRATION_FILE).write_text(json.dumps(registration, indent=2) + "\n")
