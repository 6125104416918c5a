"""How to get the same again, and where to go on."""

from __future__ import annotations

import os
import shlex
from urllib.parse import quote, urlsplit, urlunsplit

from components.core.errors import ConvoyError
from components.core.git import git
from components.core.layout import CARD_FILE
from components.register.provenance import UNKNOWN, git_commit
from pipelines.reports.page.content import Block, Commands, Links, Section
from pipelines.reports.page.sources import Sources

TRACKING_URI = "MLFLOW_TRACKING_URI"
DIRTY = "-dirty"
KEEP = "git add --all && git commit"


def reproduce(sources: Sources) -> Section:
    """Commands and links."""
    blocks: list[Block] = [Commands(_commands(sources)), Links(_links(sources))]
    return Section("reproduce", "Do it again", "Commands, and further reading.", blocks)


def _commands(sources: Sources) -> dict[str, str]:
    task, commit = shlex.quote(sources.task), git_commit()
    begin = {}
    if commit != UNKNOWN:
        begin = _return_to(commit.removesuffix(DIRTY), task, changed=commit.endswith(DIRTY))
    commands = {
        **begin,
        "run what has changed": f"convoy run {task}",
        "run everything again": f"convoy run --force {task}",
        "where the model came from": f"convoy lineage {task}",
        "the registered versions": f"convoy models {task}",
        "predict with the champion": f"convoy predict {task} FILE",
    }
    if not _server():
        commands["runs and models in MLflow"] = "mlflow ui --backend-store-uri sqlite:///mlflow.db"
    return commands


def _return_to(commit: str, task: str, changed: bool) -> dict[str, str]:
    """How to get here again: by DVC's cache if the commit knows these outputs, or by a run."""
    if changed:
        return {f"keep this state; it began from {commit} and is in no commit yet": KEEP}
    if _lock_is_committed():
        return {"bring all of this back": f"git checkout {commit} && dvc checkout"}
    again = f"git checkout {commit} && convoy run {task}"
    return {"make the same again from the same code, parameters and data": again, "keep it": KEEP}


def _lock_is_committed() -> bool:
    try:
        return not git("status", "--porcelain", "--", "dvc.lock")
    except ConvoyError:
        return False


def _links(sources: Sources) -> dict[str, str]:
    links = {}
    if docs := sources.report("validate", "data_docs/index.html"):
        links["Data Docs of Great Expectations"] = sources.link(docs)
    if (card := sources.folder / CARD_FILE).is_file():
        links["Model card"] = sources.link(card)
    if server := _server():
        version = sources.registration.get("version")
        place = f"{quote(sources.task)}/versions/{version}" if version else quote(sources.task)
        links["The registered version in MLflow"] = f"{server}/#/models/{place}"
    return links


def _server() -> str:
    """The address of MLflow's server without a password; empty where there is none."""
    parts = urlsplit(os.environ.get(TRACKING_URI, ""))
    if parts.scheme not in {"http", "https"}:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
