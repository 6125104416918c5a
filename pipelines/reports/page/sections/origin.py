"""Versions and hashes: what exactly this is."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.filesize import decimal

from components.register.provenance import git_commit, params_hash
from pipelines.reports.page.content import Block, Facts, Section, Table
from pipelines.reports.page.sources import OUT, Sources

PACKAGES = (
    "convoy",
    "tensorflow",
    "keras",
    "tfx",
    "tensorflow-transform",
    "dvc",
    "mlflow",
    "great-expectations",
    "numpy",
    "pandas",
    "pillow",
)


def origin(sources: Sources) -> Section:
    """The commit, what DVC keeps, the registered version and the packages."""
    facts = {
        "git commit": git_commit(),
        "parameters (SHA-256)": params_hash(sources.task),
        "model (digest)": sources.registration.get("digest", ""),
        "MLflow run": sources.registration.get("run_id", ""),
        "version": sources.registration.get("version", ""),
    }
    text = "What exactly went in and came out, and what it was made with."
    known = Facts({name: value for name, value in facts.items() if value})
    blocks: list[Block] = [
        known,
        _hashes(sources),
        Facts(_packages(), "Installed where this page was made"),
    ]
    return Section("origin", "Versions and hashes", text, blocks)


def _hashes(sources: Sources) -> Table:
    entries = list(sources.hashes())
    written = [Path(entry["path"]) for _, way, entry in entries if way == OUT]
    rows = [
        [entry["path"], f"{way} {stage}", decimal(entry.get("size", 0)), entry.get("md5", "")]
        for stage, way, entry in entries
        if way == OUT or not any(Path(entry["path"]).is_relative_to(out) for out in written)
    ]
    headings = ["path", "stage", "size", "MD5, as DVC keeps it"]
    text = "What dvc.lock says of all that the stages wrote, and of what they did not write."
    return Table("Files", headings, rows, text, frozenset({2}), folded=True)


def _packages() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # convoy run from its source, say
            continue
    return found
