"""Finds the tasks of the project in the current folder."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError
from components.core.names import describe_unknown, suggest_path
from components.core.task import Spec, Task
from pipelines.params import check_block
from pipelines.surroundings import check_folder, check_name


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
        raise ConvoyError(
            f"{file}: not a Python file, nor a folder with an __init__.py{suggest_path(file)}"
        )
    project = str(Path.cwd())
    if project not in sys.path:
        sys.path.insert(0, project)
    parts = file.with_suffix("").parts if file.suffix == ".py" else file.parts
    if any("." in part for part in parts):
        raise ConvoyError(f"{file}: a dot in its name is no name of a module; rename it")
    return importlib.import_module(".".join(parts))


def load_task(name: str) -> tuple[Task, Mapping[str, Any]]:
    """Loads a task and the raw block of its parameters.

    Raises:
        ConvoyError: When the task is unknown, or its file defines no `TASK`.
    """
    blocks = read_blocks()
    if name not in blocks:
        raise ConvoyError(f"{PARAMS_FILE}: {describe_unknown('task', name, blocks)}")
    check_folder(Path.cwd())
    check_name(name)
    return read_task(blocks[name]), blocks[name]


def check_known(name: str) -> None:
    """Checks that `params.yaml` has a task, as far as there is such a file that can be read.

    Raises:
        ConvoyError: When it has not; with the nearest name.
    """
    try:
        blocks = read_blocks()
    except ConvoyError:  # whoever needs it says why
        return
    if name not in blocks:
        raise ConvoyError(f"{PARAMS_FILE}: {describe_unknown('task', name, blocks)}")


def read_task(block: Mapping[str, Any]) -> Task:
    """The task that a block of parameters is of.

    Raises:
        ConvoyError: When the file that it names defines none.
    """
    file = Path(str(block.get("task")))
    module = import_file(file)
    task = getattr(module, "TASK", None)
    if not isinstance(task, Task):
        raise ConvoyError(f"{file}: defines no TASK; its name has led to {module.__file__}")
    return task


def load_spec(name: str) -> Spec:
    """All parts and parameters of a task, for the commands that are no stages.

    Raises:
        ConvoyError: As `load_task`, and when a parameter is misspelt or of a wrong type.
    """
    task, block = load_task(name)
    return Spec(name, task.references(), check_block(name, block, task), code={})
