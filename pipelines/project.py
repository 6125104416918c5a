"""Finds the tasks of the project in the current folder."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError
from components.core.task import Spec, Task
from pipelines.params import check_block


def import_file(file: Path) -> ModuleType:
    """Imports a Python file, or a folder with an `__init__.py`, under its dotted name.

    Beam and TFX refer to functions by module name, so a file is imported as
    `folder.file`, from the project's folder.

    Raises:
        ConvoyError: When it is absent or outside the project.
    """
    if file.is_absolute() or ".." in file.parts:
        raise ConvoyError(f"{file}: must be inside the project")
    if not (file.suffix == ".py" and file.is_file()) and not (file / "__init__.py").is_file():
        raise ConvoyError(f"{file}: not a Python file, nor a folder with an __init__.py")
    project = str(Path.cwd())
    if project not in sys.path:
        sys.path.insert(0, project)
    return importlib.import_module(".".join(file.with_suffix("").parts))


def load_task(name: str) -> tuple[Task, Mapping[str, Any]]:
    """Loads a task and the raw block of its parameters.

    Raises:
        ConvoyError: When the task is unknown, or its file defines no `TASK`.
    """
    blocks = read_blocks()
    if name not in blocks:
        raise ConvoyError(f"{PARAMS_FILE}: no task {name!r}; there are {', '.join(blocks)}")
    file = Path(str(blocks[name].get("task")))
    task = getattr(import_file(file), "TASK", None)
    if not isinstance(task, Task):
        raise ConvoyError(f"{file}: defines no TASK")
    return task, blocks[name]


def load_spec(name: str) -> Spec:
    """All parts and parameters of a task, for the commands that are no stages.

    Raises:
        ConvoyError: As `load_task`, and when a parameter is misspelt or of a wrong type.
    """
    task, block = load_task(name)
    return Spec(name, task.references(), check_block(name, block, task), code={})
