"""The stages of one task: what each waits for, reads, and whether it would run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from components.core.errors import ConvoyError
from pipelines import dvc
from pipelines.project import load_task

WOULD, MAY, NOT = "would run", "would run if what it reads changes", "as it ran last"
REFERENCE = re.compile(r"\$\{([\w.]+)\}")


@dataclass(frozen=True)
class Node:
    """A stage of a task.

    Attributes:
        stage: Its name.
        after: The stages that write what it reads.
        reads: What no stage writes.
        state: Whether it would run.
    """

    stage: str
    after: list[str]
    reads: list[str]
    state: str


def task_dag(task: str) -> list[Node]:
    """The stages of a task, in the order of `dvc.yaml`.

    Raises:
        ConvoyError: When there is no such task, or DVC cannot tell what has changed.
    """
    _, block = load_task(task)
    stages = _read_stages({"key": task, "item": block})
    changed = dvc.changed_stages(task)
    nodes: list[Node] = []
    for stage, (deps, _) in stages.items():
        before = {dep: _writers(dep, stages) for dep in deps}
        after = list(dict.fromkeys(writer for found in before.values() for writer in found))
        reads = [dep for dep, found in before.items() if not found]
        moving = {node.stage for node in nodes if node.state != NOT}
        state = WOULD if stage in changed else MAY if moving & {*after} else NOT
        nodes.append(Node(stage, after, reads, state))
    return nodes


def _read_stages(values: Mapping[str, Any]) -> dict[str, tuple[list[str], list[str]]]:
    """What each stage reads and writes; a stage of no task has none."""
    try:
        stages = yaml.safe_load(dvc.PIPELINE.read_text(encoding="utf-8"))["stages"]
    except (OSError, yaml.YAMLError, TypeError, KeyError) as error:
        raise ConvoyError(f"{dvc.PIPELINE}: cannot be read: {error}") from None
    loops = {name: stage["do"] for name, stage in stages.items() if "foreach" in stage}
    return {
        name: (
            _paths(do.get("deps", ()), values),
            [path for kind in dvc.KINDS for path in _paths(do.get(kind, ()), values)],
        )
        for name, do in loops.items()
    }


def _paths(entries: Any, values: Mapping[str, Any]) -> list[str]:
    texts = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
    return [REFERENCE.sub(lambda found: _look_up(found[1], values), text) for text in texts]


def _look_up(name: str, values: Any) -> str:
    for part in name.split("."):
        values = values[part]
    return str(values)


def _writers(dep: str, stages: Mapping[str, tuple[list[str], list[str]]]) -> list[str]:
    """The stages that write a path, or something in it."""
    return [
        stage
        for stage, (_, outs) in stages.items()
        if any(_overlap(PurePosixPath(dep), PurePosixPath(out)) for out in outs)
    ]


def _overlap(one: PurePosixPath, other: PurePosixPath) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
