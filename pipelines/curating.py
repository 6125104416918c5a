"""Keeps the schema of a task's examples that the stage prepare has inferred."""

import shutil
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.layout import artifact_folder, schema_file
from pipelines.project import load_task

INFERRED = "Schema/schema/*/schema.pbtxt"


def inferred_schema(task: str) -> Path:
    """The schema that the stage prepare has inferred.

    Raises:
        ConvoyError: When the stage has not run, or had a curated one.
    """
    folder = artifact_folder(task, "prepare")
    found = sorted(folder.glob(INFERRED))
    if not found:
        raise ConvoyError(f"{folder / INFERRED}: not found; run: convoy run {task}")
    return found[-1]


def keep_schema(task: str) -> Path:
    """Makes the inferred schema the curated one: examples that do not fit it then stop a run.

    Returns:
        The file that was written.

    Raises:
        ConvoyError: When there is no such task, none was inferred, or one is curated already.
    """
    load_task(task)
    file = schema_file(task)
    if file.is_file():
        raise ConvoyError(f"{file}: is there already; edit it, or remove it first")
    inferred = inferred_schema(task)
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(inferred, file)
    return file
