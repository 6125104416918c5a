"""The TFX component that measures a model and decides whether it may be promoted."""

import json
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing, ModelEvaluation

from components.core.layout import CHAMPION_FILE, DECISION_FILE, METRICS_FILE
from pipelines.project import load_task

VAL, TEST = "val", "test"


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
        examples: Raw examples; the model's own preprocessing is measured along. The
            validation split serves tasks that tune something on it.
        model: The exported model.
        task: The task's name.
        evaluation: Receives the metrics, the champion's, the decision and the pictures.
        blessing: Receives a file BLESSED or NOT_BLESSED.
    """
    from components.evaluate.measurement import measure
    from components.register.judgement import judge  # imports MLflow

    definition, params = load_task(task)
    files = split_files(examples, TEST)
    folder = Path(evaluation.uri)
    folder.mkdir(parents=True, exist_ok=True)
    challenger = measure(serving_folder(model), definition, params, files)
    if challenger.needs_validation:
        validation = split_files(examples, VAL)
        challenger.tune(measure(serving_folder(model), definition, params, validation))
    challenger.report(folder)
    challenger.explain(serving_folder(model), folder)
    judgement = judge(
        task,
        serving_folder(model),
        challenger.metrics(),
        files,
        params.gate.allow_interface_change,
    )
    _write(folder / METRICS_FILE, judgement.metrics)
    _write(folder / CHAMPION_FILE, judgement.champion)
    _write(folder / DECISION_FILE, vars(judgement.verdict))
    verdict = "BLESSED" if judgement.verdict.accepted else "NOT_BLESSED"
    Path(blessing.uri).mkdir(parents=True, exist_ok=True)
    (Path(blessing.uri) / verdict).touch()
    blessing.set_int_custom_property("blessed", int(judgement.verdict.accepted))


def split_files(examples: Examples, split: str) -> list[str]:
    """The files of one split."""
    return [str(file) for file in Path(examples.path(split=split)).iterdir()]


def serving_folder(model: Model) -> Path:
    """The SavedModel of a model artifact."""
    return Path(model.uri) / "Format-Serving"


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n")
