"""Finds the tasks of the project in the current folder."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

from components.core.errors import ConvoyError
from pipelines.params import TaskParams, check_block, read_blocks
from pipelines.tasks.base import Task


def import_file(file: Path) -> ModuleType:
    """Imports a Python file of the project under its dotted name.

    Beam and TFX refer to functions by module name, so a file is imported as
    `folder.file`, from the project's folder.

    Raises:
        ConvoyError: When the file is absent or outside the project.
    """
    if file.is_absolute() or ".." in file.parts or file.suffix != ".py":
        raise ConvoyError(f"{file}: must be a .py file inside the project")
    if not file.is_file():
        raise ConvoyError(f"{file}: not found")
    project = str(Path.cwd())
    if project not in sys.path:
        sys.path.insert(0, project)
    return importlib.import_module(".".join(file.with_suffix("").parts))


def load_task(name: str) -> tuple[Task, TaskParams]:
    """Loads a task and its checked parameters.

    Raises:
        ConvoyError: When the task is unknown, its file defines no `TASK`, or a parameter
            is misspelt or of a wrong type.
    """
    blocks = read_blocks()
    if name not in blocks:
        raise ConvoyError(f"params.yaml: no task {name!r}; there are {', '.join(blocks)}")
    file = Path(str(blocks[name].get("task")))
    task = getattr(import_file(file), "TASK", None)
    if not isinstance(task, Task):
        raise ConvoyError(f"{file}: defines no TASK")
    return task, check_block(name, blocks[name], task.params_type)
