"""Measures a model on the samples by which models are chosen."""

from collections.abc import Mapping

from components.core.artifacts import SERVING_FOLDER
from components.core.layout import artifact_folder
from components.core.measures import overall
from pipelines.project import load_spec


def validation_metrics(task: str) -> Mapping[str, float]:
    """The last model's metrics on the validation split, measured as the stage evaluate does.

    What a task tunes, such as a threshold, is tuned on the same samples. Training has stopped by
    them, too, so that they flatter a model; but the test split, which the gate judges by, knows
    nothing of a choice that was made by them.

    Args:
        task: The task's name.

    Raises:
        ConvoyError: When the model cannot be measured.
    """
    from components.evaluate.measurement import Files, example_files, measure

    (model,) = artifact_folder(task, "train").glob(f"Trainer/model/*/{SERVING_FOLDER}")
    spec = load_spec(task)
    validation = example_files(task).val
    evaluation = measure(model, spec, Files(test=validation, val=validation))
    return overall(evaluation.metrics(), spec.params["gate"]["thresholds"])
