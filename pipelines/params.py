"""The schema of `params.yaml`: one block a task, checked before anything runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from components.augment.params import AugmentParams
from components.core.block import PARAMS_FILE, Block, describe_errors
from components.core.errors import ConvoyError
from components.drift.params import DriftParams
from components.evaluate.params import EvaluateParams, GateParams
from components.ingest.params import SourceParams
from components.prepare.params import PrepareParams
from components.train.params import TrainParams
from components.validate.params import CheckParams


class RetrainParams(Block):
    """When `convoy retrain` trains again.

    Attributes:
        policy: `always`: when data, parameters or code changed; `on-new-data`: when the
            data did; `on-drift`: when new data have drifted from those that the champion
            was trained on; `if-older-than`: when something changed and the champion is
            older than `days`. Without a champion each trains.
        days: Age in days that `if-older-than` waits for.
        drift: The thresholds of drift.
    """

    policy: Literal["always", "on-new-data", "on-drift", "if-older-than"] = "on-new-data"
    days: float = Field(30, gt=0)
    drift: DriftParams = DriftParams()


class TaskParams(Block):
    """The block of one task; a task may narrow a block by a subclass.

    Attributes:
        task: The Python file that defines the task as `TASK`, relative to the project.
        seed: Seed of the split, the augmentation, the weights and the batch order.
    """

    task: Path
    seed: int = Field(0, ge=0)
    source: SourceParams
    checks: CheckParams
    prepare: PrepareParams
    augment: AugmentParams
    train: TrainParams
    evaluate: EvaluateParams
    gate: GateParams
    retrain: RetrainParams = RetrainParams()


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


def read_recipe(task: str, name: str, file: Path = PARAMS_FILE) -> list[str]:
    """Reads the overrides, `key=value` each, that a task's recipe stands for.

    Raises:
        ConvoyError: When there is no such recipe.
    """
    recipes = (yaml.safe_load(file.read_text()).get("recipes") or {}).get(task) or {}
    if name not in recipes:
        known = ", ".join(recipes) or "none"
        raise ConvoyError(f"{file}: recipes.{task}: no recipe {name!r}; there are {known}")
    return list(recipes[name])


def check_block(name: str, block: Mapping[str, Any], schema: type[TaskParams]) -> TaskParams:
    """Checks one block against its schema.

    Raises:
        ConvoyError: Naming every wrong key by its path in `params.yaml`.
    """
    try:
        return schema.model_validate(block)
    except ValidationError as error:
        raise ConvoyError(describe_errors(error, f"{PARAMS_FILE}: tasks.{name}")) from None
