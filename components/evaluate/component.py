"""The TFX component that measures a model and decides whether it may be promoted."""

from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing, ModelEvaluation


@component
def Evaluate(  # noqa: N802 (TFX names components like classes)
    examples: InputArtifact[Examples],
    model: InputArtifact[Model],
    spec: Parameter[str],
    evaluation: OutputArtifact[ModelEvaluation],
    blessing: OutputArtifact[ModelBlessing],
) -> None:
    """Measures the exported model, and the champion, on the test split as it came.

    Args:
        examples: Raw examples; the model's own preprocessing is measured along. The
            validation split serves tasks that tune something on it.
        model: The exported model.
        spec: The task, as JSON.
        evaluation: Receives the metrics, the champion's, the decision and the pictures.
        blessing: Receives a file BLESSED or NOT_BLESSED.
    """
    from components.core.artifacts import serving_folder, split_files
    from components.core.task import Spec
    from components.evaluate.measurement import TEST, VAL, Files
    from components.evaluate.report import write_evaluation

    files = Files(split_files(examples, TEST), split_files(examples, VAL))
    folder = Path(evaluation.uri)
    folder.mkdir(parents=True, exist_ok=True)
    accepted = write_evaluation(Spec.from_json(spec), serving_folder(model), files, folder)
    Path(blessing.uri).mkdir(parents=True, exist_ok=True)
    (Path(blessing.uri) / ("BLESSED" if accepted else "NOT_BLESSED")).touch()
    blessing.set_int_custom_property("blessed", int(accepted))
