"""The TFX component that puts a model into the registry."""

from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, Model, ModelEvaluation, ModelRun, PushedModel


@component
def Register(  # noqa: N802 (TFX names components like classes)
    examples: InputArtifact[Examples],
    model: InputArtifact[Model],
    model_run: InputArtifact[ModelRun],
    evaluation: InputArtifact[ModelEvaluation],
    spec: Parameter[str],
    registered: OutputArtifact[PushedModel],
) -> None:
    """Registers a new version as challenger and promotes it when the gate accepted it.

    Args:
        examples: Raw examples; the first of the test split becomes the input example.
        model: The exported model.
        model_run: The training curves.
        evaluation: Metrics, pictures and the gate's decision.
        spec: The task and all of its parameters, as JSON.
        registered: Receives the version and the decision as `registration.json`, and `card.md`.
    """
    from components.core.artifacts import serving_folder, split_files
    from components.core.layout import CARD_FILE, CURVES_FILE, REGISTRATION_FILE
    from components.core.tabular import write_json
    from components.core.task import Spec
    from components.register.registration import Results, register_model, write_card

    results = Results(
        model=serving_folder(model),
        curves=Path(model_run.uri) / CURVES_FILE,
        evaluation=Path(evaluation.uri),
        examples=split_files(examples, "test"),
    )
    task = Spec.from_json(spec)
    registration = register_model(task, results)
    registered.set_string_custom_property("version", registration["version"])
    folder = Path(registered.uri)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(registration, folder / REGISTRATION_FILE)
    (folder / CARD_FILE).write_text(write_card(task, results), encoding="utf-8")
