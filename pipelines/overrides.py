"""`key=value` on the command line, as DVC's experiments take it."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from components.core.errors import ConvoyError


def parse_override(text: str) -> tuple[str, Any]:
    """Splits `train.epochs=3` into the key and the value as YAML reads it.

    Raises:
        ConvoyError: When there is no `=` or no key.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ConvoyError(f"{text}: expected key=value, such as train.epochs=3")
    return key, yaml.safe_load(value)


def apply_overrides(block: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """A copy of a task's block with the overrides put in, to be checked before a run.

    Raises:
        ConvoyError: When a key leads through something that is not a block.
    """
    changed = copy.deepcopy(dict(block))
    for text in overrides:
        key, value = parse_override(text)
        *parents, last = key.split(".")
        target = changed
        for parent in parents:
            target = target.setdefault(parent, {})
            if not isinstance(target, dict):
                raise ConvoyError(f"{key}: {parent} is not a block of parameters")
        target[last] = value
    return changed
