"""The schema of `params.yaml`, composed of what stages and parts declare; checked before a run."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from components.augment.params import AugmentParams
from components.core.block import PARAMS_FILE, Block, describe_errors, read_params
from components.core.errors import ConvoyError
from components.core.names import describe_unknown
from components.core.task import Task, load_part
from components.evaluate.params import EvaluateParams, GateParams
from components.ingest.params import IngestChecks, SourceParams
from components.prepare.params import PrepareParams
from components.train.params import TrainParams
from pipelines.policy import RetrainParams


class Header(Block):
    """What the block of every task begins with.

    Attributes:
        task: The Python file that defines the task as `TASK`, relative to the project; or its
            folder, where `__init__.py` does.
        seed: Seed of the augmentation, the weights and the batch order.
        source: Where the samples come from.
    """

    task: Path
    seed: int = Field(0, ge=0)
    source: SourceParams


STAGE_BLOCKS: Mapping[str, type[Block]] = {
    "checks": IngestChecks,
    "prepare": PrepareParams,
    "augment": AugmentParams,
    "train": TrainParams,
    "evaluate": EvaluateParams,
    "gate": GateParams,
    "retrain": RetrainParams,
}
"""What the stages themselves read of each block; the parts of a task read more."""


@cache
def schema_of(task: Task) -> type[Header]:
    """The schema of a task's block: what the stages and the task's parts declare."""
    kinds: dict[str, list[type[Block]]] = {name: [kind] for name, kind in STAGE_BLOCKS.items()}
    for reference in task.references().values():
        for name, kind in load_part(reference).blocks().items():
            kinds.setdefault(name, []).append(kind)
    merged = {name: merge_blocks(name, each) for name, each in kinds.items()}
    fields: dict[str, Any] = {
        name: (kind, ... if kind.required() else Field(default_factory=kind))
        for name, kind in merged.items()
    }
    schema: type[Header] = create_model("TaskParams", __base__=Header, **fields)
    return schema


def merge_blocks(name: str, kinds: Iterable[type[Block]]) -> type[Block]:
    """One schema with the keys of several.

    A subclass takes the place of its base. Of a key that several have, the first counts that has a
    default.
    """
    unique = list(dict.fromkeys(kinds))
    narrowest = [
        kind
        for kind in unique
        if not any(other is not kind and issubclass(other, kind) for other in unique)
    ]
    if len(narrowest) == 1:
        return narrowest[0]
    fields = {key: field for each in reversed(narrowest) for key, field in _defaults(each)}
    merged: Any = {key: (field.annotation, field) for key, field in fields.items()}
    return create_model(name, __base__=tuple(narrowest), **merged)


def _defaults(kind: type[Block]) -> Iterator[tuple[str, FieldInfo]]:
    """The keys that have a default, which then need no value wherever else they are read."""
    return ((key, each) for key, each in kind.model_fields.items() if not each.is_required())


def check_block(name: str, block: Mapping[str, Any], task: Task) -> dict[str, Any]:
    """Checks a task's block; what it leaves out is filled in.

    Returns:
        The parameters as JSON takes them.

    Raises:
        ConvoyError: Naming every wrong key by its path in `params.yaml`.
    """
    try:
        return schema_of(task).model_validate(block).model_dump(mode="json")
    except ValidationError as error:
        place = f"{PARAMS_FILE}: tasks.{name}"
        raise ConvoyError(describe_errors(error, place, schema_of(task))) from None


def complete_schema(name: str, task: Task, kind: str) -> type[Header]:
    """The schema of a task's block, with the keys of the sources of a kind.

    Args:
        name: The task's name.
        task: The task.
        kind: What `source.kind` says.

    Raises:
        ConvoyError: When there is no such kind.
    """
    from components.ingest.ingest import find_source

    source = find_source(kind, f"{PARAMS_FILE}: tasks.{name}.source")
    fields: dict[str, Any] = {"source": (source, ...)}
    return create_model("TaskParams", __base__=schema_of(task), **fields)


def read_recipe(task: str, name: str, file: Path = PARAMS_FILE) -> list[str]:
    """Reads the overrides, `key=value` each, that a task's recipe stands for.

    Raises:
        ConvoyError: When there is no such recipe, or it is no list of texts.
    """
    listed = read_params(file).get("recipes") or {}
    recipes = listed.get(task) if isinstance(listed, dict) else None
    recipes = recipes if isinstance(recipes, dict) else {}
    place = f"{file}: recipes.{task}"
    if name not in recipes:
        raise ConvoyError(f"{place}: {describe_unknown('recipe', name, recipes)}")
    overrides = recipes[name]
    if not isinstance(overrides, list) or not all(isinstance(each, str) for each in overrides):
        raise ConvoyError(f"{place}.{name}: needs a list of texts, such as train.epochs=3")
    return list(overrides)
