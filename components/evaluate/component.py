"""The TFX component that measures a model and decides whether it may be promoted."""

import json
from collections.abc import Sequence
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing, ModelEvaluation

from components.evaluate.evaluation import Evaluation
from components.evaluate.rows import read_batches
from pipelines.errors import ConvoyError
from pipelines.layout import CHAMPION_FILE, DECISION_FILE, METRICS_FILE
from pipelines.params import TaskParams
from pipelines.project import load_task
from pipelines.tasks.base import Task

TEST = "test"

Metrics = dict[str, float]


@component
def Evaluate(  # noqa: N802 (TFX names components like classes)
    examples: InputArtifact[Examples],
    model: InputArtifact[Model],
    task: Parameter[str],
    evaluation: OutputArtifact[ModelEvaluation],
    blessing: OutputArtifact[ModelBlessing],
) -> None:
    """Measures the exported model, and the champion, on the test split as it came.

    Args:
        examples: Raw examples; the model's own preprocessing is measured along.
        model: The exported model.
        task: The task's name.
        evaluation: Receives the metrics, the champion's, the decision and the pictures.
        blessing: Receives a file BLESSED or NOT_BLESSED.
    """
    definition, params = load_task(task)
    files = [str(file) for file in Path(examples.path(split=TEST)).iterdir()]
    folder = Path(evaluation.uri)
    folder.mkdir(parents=True, exist_ok=True)
    challenger = measure(serving_folder(model), definition, params, files)
    challenger.report(folder)
    champion, accepted, reasons = _against_champion(task, challenger.metrics(), params, files)
    _write(folder / METRICS_FILE, challenger.metrics())
    _write(folder / CHAMPION_FILE, champion)
    _write(folder / DECISION_FILE, {"accepted": accepted, "reasons": reasons})
    verdict = "BLESSED" if accepted else "NOT_BLESSED"
    Path(blessing.uri).mkdir(parents=True, exist_ok=True)
    (Path(blessing.uri) / verdict).touch()
    blessing.set_int_custom_property("blessed", int(accepted))


def serving_folder(model: Model) -> Path:
    """The SavedModel of a model artifact."""
    return Path(model.uri) / "Format-Serving"


def measure(model: Path, task: Task, params: TaskParams, files: Sequence[str]) -> Evaluation:
    """Runs a served model over raw examples, batch by batch."""
    from components.register.served_model import ServedModel

    served = ServedModel.load(model)
    evaluation = task.evaluation(served.classes, params)
    for rows in read_batches(files, task, params.evaluate.batch_size):
        evaluation.update(rows, served.predict([row["image"] for row in rows]))
    return evaluation


def _against_champion(
    name: str, metrics: Metrics, params: TaskParams, files: Sequence[str]
) -> tuple[Metrics | None, bool, list[str]]:
    """The champion's metrics on the same examples, whether the gate accepts, and why."""
    from components.register.gate import decide  # imports MLflow
    from components.register.registry import Registry

    registry = Registry(name)
    version = registry.champion()
    if version is None:
        decision = decide(metrics, None, params.gate)
        return None, decision.accepted, decision.reasons
    task, _ = load_task(name)
    try:
        champion = measure(registry.download(version.version), task, params, files).metrics()
    except ConvoyError as error:  # for example, it does not know a class that is new
        reason = f"the champion cannot be measured on these data, promote by hand: {error}"
        return None, False, [reason]
    decision = decide(metrics, champion, params.gate)
    return champion, decision.accepted, decision.reasons


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n")
