"""`key=value` on the command line: read, and put into the `params.yaml` of a run."""

import copy
import re
import types
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.core.block import type_at
from components.core.errors import ConvoyError

QUOTES = ("'", '"')
NULLS = ("null", "~", "")
LISTED = re.compile(r"^(?P<key> *)[^\s#-].*:[ \t]*(?:#.*)?\n(?P<dash> *)- ", re.MULTILINE)
"""A key with a list below it, which says how far the file indents lists."""
WIDE = 10_000
"""Columns before ruamel folds a line, which would change more than what was meant."""


def parse_override(text: str, schema: type[BaseModel] | None = None) -> tuple[str, Any]:
    """Splits `train.epochs=3` into the key and the value.

    The value is what YAML reads. Where the schema wants a text or a path it is the text as it
    stands, so that neither `2024-11-26` nor `photos #1` is anything else than a folder.

    Args:
        text: As typed.
        schema: Of the task's block.

    Raises:
        ConvoyError: When there is no `=` or no key.
    """
    key, equals, value = text.partition("=")
    if not equals or not all(key.split(".")):
        raise ConvoyError(f"{text}: expected key=value, such as train.epochs=3")
    wanted = _flatten(type_at(schema, key.split("."))) if schema else set()
    return key, _read_value(value, wanted)


def _read_value(text: str, wanted: set[Any]) -> Any:
    """The value of a text for a key that wants one of some types."""
    try:
        read = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return text
    if isinstance(read, str) and text.strip().startswith(QUOTES):
        return read
    if types.NoneType in wanted and text in NULLS:
        return None
    is_text = bool(wanted) and wanted <= {str, Path, types.NoneType}
    return text if is_text or isinstance(read, str) else read


def _flatten(annotation: Any) -> set[Any]:
    """The types of a union and of the values of a literal."""
    if get_origin(annotation) in {Union, types.UnionType}:
        return {kind for part in get_args(annotation) for kind in _flatten(part)}
    if get_origin(annotation) is Literal:
        return {type(value) for value in get_args(annotation)}
    return set() if annotation is None else {annotation}


def apply_overrides(
    block: Mapping[str, Any], overrides: Sequence[str], schema: type[BaseModel] | None = None
) -> dict[str, Any]:
    """A copy of a task's block with the overrides put in; a value replaces what was there.

    Raises:
        ConvoyError: When a key leads through something that is not a block.
    """
    # a copy of each place, though YAML's aliases make several the same object
    changed: dict[str, Any] = _expand(block)
    for text in overrides:
        key, value = parse_override(text, schema)
        _put(changed, key, value)
    return changed


def _put(block: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        if block.get(parent) is None:
            block[parent] = {}
        block = block[parent]
        if not isinstance(block, dict):
            raise ConvoyError(f"{key}: {parent} is not a block of parameters")
    block[last] = value


def _expand(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _expand(each) for key, each in value.items()}
    return [_expand(each) for each in value] if isinstance(value, list) else copy.copy(value)


def rewrite(text: str, task: str, block: Mapping[str, Any]) -> str:
    """The text of `params.yaml` with another block of one task, and of that task alone.

    Comments and layout stay. Where anchors would spread the change to other blocks, the block
    is written anew; where that does not help, all is. A task that is not there comes last.

    Args:
        text: The content of `params.yaml`.
        task: The task's name.
        block: What its block is to say.
    """
    content = _expand(yaml.safe_load(text))
    before = content["tasks"].get(task, {})
    content["tasks"][task] = block

    def change_values(tasks: Any) -> None:
        _change(tasks[task], before, block)

    def change_block(tasks: Any) -> None:
        tasks[task] = _expand(block)

    edited = (_edit(text, change) for change in (change_values, change_block))
    fitting = (each for each in edited if each and _says(each, content))
    return next(fitting, None) or _write_anew(content)


def _edit(text: str, change: Callable[[Any], None]) -> str | None:
    """The text with its tasks changed; None when it cannot be edited."""
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = WIDE
    if listed := LISTED.search(text):
        offset = len(listed["dash"]) - len(listed["key"])
        editor.indent(sequence=offset + len("- "), offset=offset)
    out = StringIO()
    try:
        document = editor.load(text)
        change(document["tasks"])
        editor.dump(document, out)
    except (YAMLError, KeyError, TypeError, ValueError, AttributeError, NotImplementedError):
        return None
    return out.getvalue()


def _change(target: Any, before: Mapping[str, Any], block: Mapping[str, Any]) -> None:
    for key in before.keys() - block.keys():
        del target[key]
    for key, value in block.items():
        if key in before and _same(before[key], value):
            continue
        if isinstance(value, dict) and isinstance(before.get(key), dict):
            _change(target[key], before[key], value)
        else:
            target[key] = value


def _same(one: Any, other: Any) -> bool:
    """Whether two values are equal and of the same types: 1 is not true."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return repr(one) == repr(other)  # nan is not equal to itself


def _says(text: str, content: Any) -> bool:
    try:
        return _same(yaml.safe_load(text), content)
    except (yaml.YAMLError, ValueError):
        return False


class Quoted(yaml.SafeDumper):
    """Writes every text in quotes, which YAML 1.1 and 1.2 (DVC) read alike, and no anchors."""

    def ignore_aliases(self, _: Any) -> bool:
        """All are written out."""
        return True


def _quote(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


Quoted.add_representer(str, _quote)


def _write_anew(content: Any) -> str:
    return yaml.dump(content, Dumper=Quoted, sort_keys=False, allow_unicode=True, width=WIDE)
