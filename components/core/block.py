"""Blocks of `params.yaml`, and the base of their schemas."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from yaml.error import MarkedYAMLError

from components.core.errors import ConvoyError
from components.core.faults import list_some
from components.core.names import find_nearest, suggest

PARAMS_FILE = Path("params.yaml")
QUOTED = re.compile(r"'([^']*)'")
"""A value in pydantic's list of those that it expects."""


class Block(BaseModel):
    """A block of parameters; unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def choose(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the values that the block has keys for."""
        return {key: value for key, value in values.items() if key in cls.model_fields}

    @classmethod
    def required(cls) -> frozenset[str]:
        """The keys that have no default."""
        return frozenset(key for key, field in cls.model_fields.items() if field.is_required())


def describe_errors(
    error: ValidationError, prefix: str, schema: type[BaseModel] | None = None
) -> str:
    """Says each of pydantic's errors in a line that starts with the key's path.

    Args:
        error: The errors.
        prefix: What each path begins with.
        schema: What was validated against: its keys are suggested for those that are misspelt.
    """
    return "\n".join(list_some(list_errors(error, prefix, schema)))


def list_errors(
    error: ValidationError, prefix: str, schema: type[BaseModel] | None = None
) -> list[str]:
    """Each of pydantic's errors as a line that starts with the key's path."""
    return [
        f"{'.'.join([prefix, *map(str, item['loc'])])}: {_rule(item)}{_advice(item, schema)}"
        for item in error.errors(include_url=False)
    ]


def _rule(item: ErrorDetails) -> str:
    """What pydantic says, without its word for the errors that our own checks raise."""
    return item["msg"].removeprefix("Value error, ")


def _advice(item: ErrorDetails, schema: type[BaseModel] | None) -> str:
    """The nearest of the keys or values that are allowed, if one is near."""
    if item["type"] == "extra_forbidden" and schema is not None:
        *parents, key = item["loc"]
        near = find_nearest(str(key), keys_at(schema, parents))
    elif item["type"] == "literal_error":
        near = find_nearest(str(item["input"]), QUOTED.findall(item["ctx"]["expected"]))
    else:
        near = None
    return f"; {suggest(near)}" if near else ""


def keys_at(schema: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The keys that a schema allows in the block at a path."""
    return [key for block in _blocks_at(schema, path) for key in block.model_fields]


def type_at(schema: type[BaseModel], path: Sequence[str]) -> Any:
    """The type of the value at a path; None where the schema does not say."""
    *parents, key = path
    blocks = _blocks_at(schema, parents)
    return next((b.model_fields[key].annotation for b in blocks if key in b.model_fields), None)


def _blocks_at(schema: type[BaseModel], path: Sequence[str | int]) -> list[type[BaseModel]]:
    blocks = [schema]
    for step in path:
        fields = [block.model_fields[step] for block in blocks if step in block.model_fields]
        # what is no field of theirs is a key of a mapping of blocks
        blocks = [each for field in fields for each in _blocks_in(field.annotation)] or blocks
    return blocks


def _blocks_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _blocks_in(part)


def read_blocks(file: Path = PARAMS_FILE) -> Mapping[str, Mapping[str, Any]]:
    """Reads the raw block of every task.

    Raises:
        ConvoyError: When the file is absent or no YAML, has no `tasks`, or a task is no block.
    """
    blocks = read_params(file).get("tasks")
    if not isinstance(blocks, dict) or not blocks:
        raise ConvoyError(f"{file}: needs a mapping `tasks` with one block a task")
    for name, block in blocks.items():
        if not isinstance(name, str):
            raise ConvoyError(f"{file}: tasks.{name}: put the name in quotes, YAML takes no text")
        if not isinstance(block, dict):
            raise ConvoyError(f"{file}: tasks.{name}: needs a block of parameters")
    return blocks


def read_params(file: Path = PARAMS_FILE) -> Mapping[str, Any]:
    """Reads the whole file.

    Raises:
        ConvoyError: When it is absent, no YAML, or has no keys.
    """
    try:
        content = parse_params(file.read_text(encoding="utf-8"), file)
    except FileNotFoundError:
        raise ConvoyError(f"{file}: not found; run convoy from the project's folder") from None
    except UnicodeDecodeError as error:
        raise ConvoyError(f"{file}: not valid YAML: not UTF-8 at byte {error.start:,}") from None
    if not isinstance(content, dict):
        raise ConvoyError(f"{file}: needs a mapping `tasks` with one block a task")
    return content


def parse_params(text: str, file: Path = PARAMS_FILE) -> Any:
    """Reads YAML in which each key stands once in its block.

    Raises:
        ConvoyError: When it is no such YAML, with line and column.
    """
    try:
        content = yaml.load(text, UniqueKeys)
        json.dumps(content, default=str, skipkeys=True)  # raises where aliases lead in a circle
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConvoyError(f"{file}: not valid YAML: {_describe_yaml(error)}") from None
    return content


class UniqueKeys(yaml.SafeLoader):
    """Reads YAML; a key that stands twice in a block is an error, as it is to DVC."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Checks the keys as they stand, before those of `<<` are put in."""
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if key.value.__hash__ is None:  # a list or a block
                raise MarkedYAMLError(problem="a key must be a text", problem_mark=key.start_mark)
            if (key.tag, key.value) in seen:
                problem = f"the key {key.value!r} stands twice in a block"
                raise MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add((key.tag, key.value))
        return node


def _describe_yaml(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return " ".join(str(error).split())
    problem = str(getattr(error, "problem", "") or error)
    tabs = "; indent with blanks" if "\\t" in problem else ""
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}{tabs}"
