"""Blocks of `params.yaml`, and the base of their schemas."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from components.core.errors import ConvoyError

PARAMS_FILE = Path("params.yaml")


class Block(BaseModel):
    """A block of parameters; unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def choose(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the values that the block has keys for."""
        return {key: value for key, value in values.items() if key in cls.model_fields}


def describe_errors(error: ValidationError, prefix: str) -> str:
    """Says each of pydantic's errors in a line that starts with the key's path."""
    lines = (
        f"{'.'.join([prefix, *map(str, item['loc'])])}: {item['msg']}" for item in error.errors()
    )
    return "\n".join(lines)


def read_blocks(file: Path = PARAMS_FILE) -> Mapping[str, Mapping[str, Any]]:
    """Reads the raw block of every task.

    Raises:
        ConvoyError: When the file is absent, is not YAML or has no `tasks`.
    """
    try:
        content = yaml.safe_load(file.read_text())
    except FileNotFoundError:
        raise ConvoyError(f"{file}: not found; run convoy from the project's folder") from None
    except yaml.YAMLError as error:
        raise ConvoyError(f"{file}: not valid YAML: {error}") from None
    blocks = content.get("tasks") if isinstance(content, dict) else None
    if not isinstance(blocks, dict) or not blocks:
        raise ConvoyError(f"{file}: needs a mapping `tasks` with one block a task")
    return blocks
