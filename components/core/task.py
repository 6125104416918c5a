"""A task as a table of its parts, and what a stage is given of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, TypeVar, cast

from components.core.block import Block
from components.core.errors import ConvoyError
from components.core.parts import Part

if TYPE_CHECKING:
    from components.core.parts import (
        Augmentation,
        Evaluator,
        Features,
        Labels,
        Learning,
        Sample,
        View,
    )

Reference = str | type[Part]
"""A class, or where it stands: `package.module:Class`, which loads only what is asked for."""

B = TypeVar("B", bound=Block)


@dataclass(frozen=True, kw_only=True)
class Task:
    """What convoy must know to learn one kind of label from one kind of sample: seven parts.

    A file that defines `TASK`, and a block of `params.yaml` that names the file, make a task.
    Where a part is another task's, take that task's: `replace(OTHER, learning=...)`.

    Attributes:
        sample: A `Sample`; every stage asks for it.
        labels: A `Labels`, for ingest, validate and drift.
        features: A `Features`, for prepare, augment and train.
        augmentation: An `Augmentation`, for augment and train.
        learning: A `Learning`, for train.
        view: A `View`, for predict, score and pictures.
        evaluation: An `Evaluator`, for evaluate and compare.
    """

    labels: Reference
    features: Reference
    learning: Reference
    view: Reference
    evaluation: Reference
    sample: Reference = "components.samples.image:ImageSample"
    augmentation: Reference = "components.core.parts:Augmentation"

    def references(self) -> dict[str, str]:
        """Where each part stands, as `package.module:Class`."""
        return {field.name: _reference(getattr(self, field.name)) for field in fields(self)}


PARTS = tuple(sorted(field.name for field in fields(Task)))


@dataclass(frozen=True)
class Spec:
    """What one stage of a task is made of; the lineage store keeps it.

    Attributes:
        name: The task's name.
        parts: Where each part that the stage asks for stands.
        params: The parameters that the stage and these parts read, defaults filled in.
        code: SHA-256 of every file of the project that the stage's code imports.
    """

    name: str
    parts: Mapping[str, str]
    params: Mapping[str, Any]
    code: Mapping[str, str]

    @classmethod
    def from_json(cls, text: str) -> Spec:
        """Reads what `to_json` wrote."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """The same text for the same content."""
        return json.dumps(vars_of(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def seed(self) -> int:
        """Of augmentation, weights and the order of batches."""
        return int(self.params["seed"])

    def block(self, name: str, kind: type[B]) -> B:
        """A block of the parameters: those of its keys that a type knows."""
        return kind.model_validate(kind.choose(self.params[name]))

    @cached_property
    def sample(self) -> Sample:
        """The kind of input."""
        return cast("Sample", self._make("sample"))

    @cached_property
    def labels(self) -> Labels:
        """The label columns."""
        return cast("Labels", self._make("labels"))

    @cached_property
    def features(self) -> Features:
        """What is learnt from."""
        return cast("Features", self._make("features"))

    @cached_property
    def augmentation(self) -> Augmentation:
        """Random changes of training examples."""
        return cast("Augmentation", self._make("augmentation"))

    @cached_property
    def learning(self) -> Learning:
        """Loss, target and metrics."""
        return cast("Learning", self._make("learning"))

    @cached_property
    def view(self) -> View:
        """What is shown of a prediction."""
        return cast("View", self._make("view"))

    @cached_property
    def evaluation(self) -> Evaluator:
        """What is measured."""
        return cast("Evaluator", self._make("evaluation"))

    def _make(self, part: str) -> Part:
        if part not in self.parts:
            raise ConvoyError(f"{self.name}: this stage asks for no {part}")
        kind = load_part(self.parts[part])
        blocks: dict[str, Any] = {
            name: self.block(name, block)
            for name, block in kind.blocks().items()
            # a stage may read none of a block that the part reads, or other keys only
            if name in self.params and not block.model_fields.keys().isdisjoint(self.params[name])
        }
        return kind.model_construct(None, name=self.name, **blocks)


def vars_of(spec: Spec) -> dict[str, Any]:
    """The fields of a spec, without the parts that it has made."""
    return {field.name: getattr(spec, field.name) for field in fields(spec)}


def load_part(reference: str) -> type[Part]:
    """Imports the class of a part; the project's folder is looked at first.

    Raises:
        ConvoyError: When there is no such class.
    """
    project = str(Path.cwd())
    if project not in sys.path:
        sys.path.insert(0, project)
    try:
        found = resolve_name(reference)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConvoyError(f"{reference}: no such part of a task: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Part)):
        raise ConvoyError(f"{reference}: is no part of a task")
    return found


def part_modules(references: Iterable[str]) -> list[str]:
    """The modules in which parts stand."""
    return [reference.partition(":")[0] for reference in references]


def _reference(part: Reference) -> str:
    return part if isinstance(part, str) else f"{part.__module__}:{part.__qualname__}"
