"""Measures a served model on the raw examples of a split."""

from collections.abc import Sequence
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.layout import artifact_folder
from components.core.served_model import ServedModel
from components.evaluate.evaluation import Evaluation
from components.evaluate.rows import read_batches
from components.evaluate.test_time import AveragedBeside, average_predictions
from pipelines.params import TaskParams
from pipelines.tasks.base import Task


def measure(model: Path, task: Task, params: TaskParams, files: Sequence[str]) -> Evaluation:
    """Runs a served model over raw examples, batch by batch.

    Where the task names views, the mean prediction over them is measured as well.

    Args:
        model: A SavedModel.
        task: The task, which says what is measured.
        params: The task's parameters.
        files: Paths of gzip-compressed TFRecord files.
    """
    served = ServedModel.load(model)
    evaluation = task.evaluation(served.classes, params)
    views = task.views(params)
    averaged = task.evaluation(served.classes, params) if views else None
    for rows in read_batches(files, task, params.evaluate.batch_size):
        images = [row["image"] for row in rows]
        evaluation.update(rows, served.predict(images))
        if averaged:
            mean = average_predictions(served.predict, images, task.undo_view, views)
            averaged.update(rows, mean)
    return AveragedBeside(evaluation, averaged) if averaged else evaluation


def example_files(task: str, split: str) -> list[str]:
    """The files of the raw examples of a split, as the prepare stage wrote them last.

    Raises:
        ConvoyError: When the stage has not run.
    """
    folder = artifact_folder(task, "prepare")
    files = sorted(map(str, folder.glob(f"ExampleGen/examples/*/Split-{split}/*.gz")))
    if not files:
        raise ConvoyError(f"{folder}: no examples of the split {split}; run: convoy run {task}")
    return files
