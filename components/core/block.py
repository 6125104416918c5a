"""Blocks of `params.yaml`: the base of their schemas."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

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
