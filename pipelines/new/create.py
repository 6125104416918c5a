"""Makes a task of somebody's data."""

import copy
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError
from components.core.incoming import INCOMING, incoming_folder
from components.core.layout import data_folder
from components.core.task import Task
from components.ingest.incoming import make_folders
from pipelines.new.layouts import Layout, choose_task, declared, recognise
from pipelines.new.survey import Survey, survey
from pipelines.new.values import Proposal, propose
from pipelines.new.writing import write_task
from pipelines.plan import complete
from pipelines.project import read_task
from pipelines.surroundings import check_folder, check_name

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Created:
    """A task that was made.

    Attributes:
        name: Its name.
        task: The task of convoy that it is.
        layout: How its data are read.
        others: The other layouts that they could have had.
        found: What there is.
        proposal: The parameters that were written.
        files: What was written.
    """

    name: str
    task: str
    layout: Layout
    others: Sequence[Layout]
    found: Survey
    proposal: Proposal
    files: Sequence[Path]


def create(name: str, data: Path, kind: str | None = None, task: str | None = None) -> Created:
    """Looks at data, and writes a block of parameters that fits them.

    Nothing is written unless the whole block is in order.

    Args:
        name: The name of the task that is made.
        data: A file or folder.
        kind: The kind of source that reads it; None for the one whose layout it has, of several
            one that the task can learn from.
        task: The task of convoy that learns from it; None for the one that is meant.

    Raises:
        ConvoyError: When there is such a task already, the name cannot be used, or the data
            cannot be read.
    """
    check_new(name, data)
    data = _relative(data)
    layouts = [declared(data, kind)] if kind else recognise(data)
    layouts.sort(key=lambda each: task not in each.tasks)
    layout = layouts[0]
    chosen = choose_task(layout, task)
    found = survey(layout.kind, layout.keys)
    if not found.samples:
        raise ConvoyError(f"{found.path}: no sample found; is it {layout.kind}? --kind says")
    proposal = propose(found, layout, chosen)
    loaded = read_task(proposal.block)
    block = without_defaults(name, proposal.block, loaded)
    proposal = Proposal(block, proposal.reasons)
    files = write_task(name, block, proposal.reasons)
    make_folders([name])
    files = [*files, incoming_folder(name)]
    return Created(name, chosen, layout, layouts[1:], found, proposal, files)


def check_new(name: str, data: Path) -> None:
    """Checks that a task of this name can be made of some data.

    Raises:
        ConvoyError: When it cannot.
    """
    check_folder(Path.cwd())
    check_name(name)
    if name in read_blocks():
        raise ConvoyError(
            f"{PARAMS_FILE}: tasks.{name}: is there already; take another name, or edit it"
        )
    own = [data_folder(each) for each in (*read_blocks(), name)]
    for folder in (*own, INCOMING):
        if _overlap(data.absolute(), folder.absolute()):
            raise ConvoyError(
                f"{data}: {folder} is where convoy keeps a task's data; move yours elsewhere, or "
                "take another name"
            )


def _overlap(data: Path, folder: Path) -> bool:
    """Whether data lie in a folder of convoy's, or such a folder among them."""
    one, other = (Path(os.path.normpath(each)) for each in (data, folder))
    return one.is_relative_to(other) or other.is_relative_to(one)


def _relative(path: Path) -> Path:
    """A path as `params.yaml` is to name it: within the project relative to it."""
    whole = Path(os.path.normpath(path.absolute()))
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole


def without_defaults(name: str, block: Mapping[str, Any], task: Task) -> dict[str, Any]:
    """A block without the values that would be the same if nothing was said.

    Args:
        name: The task's name.
        block: The block.
        task: The task that it is of.

    Raises:
        ConvoyError: When a key or value of it is wrong.
    """
    kept = copy.deepcopy(dict(block))
    meant = complete(name, kept, task)
    for path in list(_leaves(kept)):
        shorter = copy.deepcopy(kept)
        _drop(shorter, path)
        try:
            same = complete(name, shorter, task) == meant
        except ConvoyError:  # it has no default
            continue
        if same:
            kept = shorter
    return kept


def _leaves(block: Mapping[str, Any], path: Keys = ()) -> Iterator[Keys]:
    """The paths of all values of a block."""
    for key, value in block.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key)


def _drop(block: dict[str, Any], path: Keys) -> None:
    """Removes a value, and the blocks that it leaves empty."""
    key, *rest = path
    if rest:
        _drop(block[key], tuple(rest))
    if not rest or not block[key]:
        del block[key]
