"""Which code, data and parameters a model comes from."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from components.core.block import PARAMS_FILE, read_blocks
from components.core.errors import ConvoyError
from components.core.git import git
from components.core.incoming import INCOMING, list_batches
from components.core.layout import data_folder
from components.core.names import describe_unknown

DVC_LOCK = Path("dvc.lock")
UNKNOWN = "unknown"
SHORT = 8


def provenance(name: str) -> dict[str, str]:
    """The tags of a run and of a model version.

    Commit, hash of the data and of the parameters, and the batches that were appended to
    the source, separated by commas.
    """
    return {
        "git_commit": git_commit(),
        "data_hash": data_hash(name),
        "params_hash": params_hash(name),
        "batches": ",".join(batch.name for batch in list_batches(name)),
    }


def git_commit() -> str:
    """The commit's full hash, with `-dirty` when a tracked file has changed since.

    `dvc.lock`, what DVC's stages write and new batches do not count: a run changes them.

    Returns:
        `unknown` outside a git repository, before its first commit and without git.
    """
    commit = _ask_git("rev-parse", "HEAD")
    if not commit:
        return UNKNOWN
    written = [DVC_LOCK.as_posix(), INCOMING.as_posix(), *(out["path"] for out in _outs())]
    excluded = [f":(exclude,literal){path}" for path in written]
    changes = _ask_git("status", "--porcelain", "--untracked-files=no", "--", ".", *excluded)
    return f"{commit}-dirty" if changes else commit


def data_hash(task: str) -> str:
    """DVC's hash of the task's parquet shards; `unknown` while DVC has not recorded one."""
    folder = data_folder(task).as_posix()
    hashes = (out["md5"] for out in _outs() if out["path"] == folder)
    return next(hashes, UNKNOWN)


def source_hash(path: str) -> str:
    """DVC's hash of a source; `unknown` while DVC has not recorded one."""
    hashes = (each["md5"] for each in _entries("deps") if each["path"] == path)
    return next(hashes, UNKNOWN)


def short_commit(commit: str) -> str:
    """The start of a commit's hash, or of another; `-dirty` stays visible."""
    start, _, dirty = commit.partition("-")
    return start[:SHORT] + ("-" + dirty if dirty else "")


def params_hash(task: str) -> str:
    """SHA-256 of the task's block of `params.yaml`, whatever its order, layout and comments.

    Raises:
        ConvoyError: When the file cannot be read or has no such task.
    """
    blocks = read_blocks()
    if task not in blocks:
        raise ConvoyError(f"{PARAMS_FILE}: {describe_unknown('task', task, blocks)}")
    block = json.dumps(blocks[task], sort_keys=True, default=str)
    return hashlib.sha256(block.encode()).hexdigest()


def _outs() -> Iterator[Mapping[str, Any]]:
    return _entries("outs")


def _entries(kind: str) -> Iterator[Mapping[str, Any]]:
    """What stages wrote (`outs`) or read (`deps`), as `dvc.lock` records it when each finishes."""
    if not DVC_LOCK.is_file():
        return
    for stage in yaml.safe_load(DVC_LOCK.read_text()).get("stages", {}).values():
        yield from stage.get(kind, ())


def _ask_git(*arguments: str) -> str:
    """What git says; nothing outside a repository and without git."""
    try:
        return git(*arguments)
    except ConvoyError:
        return ""
