"""What libraries cannot take: names of tasks, folders of the project, values that DVC reads."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
"""What shell, DVC, TFX and MLflow all take as the name of a task."""
RESERVED = ("incoming", "schemas")
"""Folders of `data` that are no task's."""
REFUSED = re.compile(r"[\[\]{}*?'%:\\\x00-\x1f]")
"""Patterns to Beam and DVC, the end of a text to MLflow, an escape to SQLite, two to `PATH`."""
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""How what is not on this machine begins."""


def check_surroundings() -> None:
    """Checks the project's folder and what DVC reads of `params.yaml`, before anything runs.

    Raises:
        ConvoyError: When a library could not take one of them.
    """
    check_folder(Path.cwd())
    blocks = read_blocks()
    for name, block in blocks.items():
        check_name(name)
        _check_block(name, block)
    _check_alike(blocks)


def check_folder(folder: Path) -> None:
    """Checks that libraries can take the path of a project.

    Raises:
        ConvoyError: When it has a character that they take for something else.
    """
    if found := REFUSED.search(str(folder)):
        raise ConvoyError(
            f"{folder}: the path of a project must not contain {found[0]!r}, which libraries take "
            "for something else; move or rename the folder"
        )
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise ConvoyError(
            f"{folder}: the path of a project must be UTF-8; rename the folder"
        ) from None


def check_name(name: str) -> None:
    """Checks that libraries can take the name of a task.

    Raises:
        ConvoyError: When they cannot, or it is the name of a folder that is not a task's.
    """
    if not NAME.fullmatch(name):
        raise ConvoyError(
            f"{PARAMS_FILE}: tasks.{name}: the name of a task must be 1 to 64 of the letters "
            "a-z and A-Z, digits, _ and -, and not begin with -; rename it"
        )
    if name in RESERVED:
        raise ConvoyError(f"{PARAMS_FILE}: tasks.{name}: data/{name} is no task's; rename it")


def _check_block(name: str, block: Mapping[str, Any]) -> None:
    """Checks what `dvc.yaml` takes out of the block of every task, whichever of them run."""
    place = f"{PARAMS_FILE}: tasks.{name}"
    task, path = _read_by_dvc(block)
    if not isinstance(task, str):
        raise ConvoyError(f"{place}.task: needs the file or folder of the task, as text")
    if not isinstance(path, str) or not path:
        raise ConvoyError(f"{place}.source.path: needs a file or folder, as text: {path!r} is none")
    if ADDRESS.match(path) and not Path(path).exists():
        raise ConvoyError(f"{place}.source.path: {path} is not on this machine; copy it here first")


def _check_alike(blocks: Mapping[str, Mapping[str, Any]]) -> None:
    """Checks that DVC, which reads YAML 1.2, sees the same names and paths."""
    try:
        seen = YAML(typ="safe").load(PARAMS_FILE.read_text(encoding="utf-8"))["tasks"]
    except YAMLError as error:
        raise ConvoyError(f"{PARAMS_FILE}: DVC cannot read it: {error}") from None
    for name, block in blocks.items():
        values = _read_by_dvc(block), _read_by_dvc(seen.get(name, {}))
        for ours, its in zip(*values, strict=True):
            if ours != its:
                raise ConvoyError(
                    f"{PARAMS_FILE}: tasks.{name}: DVC reads {its!r} for {ours!r}; "
                    "put the text in quotes"
                )


def _read_by_dvc(block: Mapping[str, Any]) -> tuple[Any, Any]:
    source = block.get("source")
    return block.get("task"), source.get("path") if isinstance(source, Mapping) else None
