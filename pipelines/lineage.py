"""The chain from the registered model back to the hash of the source."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as mlmd
from rich.text import Text
from rich.tree import Tree

from components.core.errors import ConvoyError
from components.core.layout import data_folder, lineage_file
from pipelines.project import load_spec
from pipelines.registration import registered_version
from pipelines.reports.terminal import plain

DVC_LOCK = Path("dvc.lock")
LAST_STAGE = "register"


def lineage_tree(task: str) -> Tree:
    """Draws what the last model was made from.

    Args:
        task: The task's name.

    Returns:
        At the root the version that the model is in the registry, by its digest; below each
        artifact those it was made from; at the leaves the data folder and the source with the
        hashes of `dvc.lock`.

    Raises:
        ConvoyError: When no model was registered or lies here, or MLflow cannot be reached.
    """
    file = lineage_file(task, LAST_STAGE)
    if not file.is_file():
        raise ConvoyError(f"{file}: not found; run: dvc pull, or convoy run {task}")
    store = open_store(file)
    (pushed,) = store.get_artifacts_by_type("PushedModel")[-1:]
    version = registered_version(task)
    known = (
        f"version {version.version}"
        if version
        else f"of no version in this registry; convoy register {task} makes it one"
    )
    tree = Tree(plain(task, "bold") + plain(f" {known}"))
    _grow(tree, store, pushed, {pushed.id}, list(_data_hashes(task)))
    return tree


def open_store(file: Path) -> MetadataStore:
    """Opens a lineage store for reading."""
    config = mlmd.ConnectionConfig()
    config.sqlite.filename_uri = str(file)
    config.sqlite.connection_mode = mlmd.SqliteMetadataSourceConfig.READONLY
    return MetadataStore(config)


def _grow(
    tree: Tree, store: MetadataStore, artifact: mlmd.Artifact, seen: set[int], data: Sequence[Text]
) -> None:
    """Adds an artifact and those it was made from; each is followed once.

    Below the examples that were made from no artifact stands the data.
    """
    branch = tree.add(plain(f"{artifact.type}  ") + plain(artifact.uri, "dim"))
    sources = parents(store, artifact)
    for source in sources:
        if source.id not in seen:
            seen.add(source.id)
            _grow(branch, store, source, seen, data)
    if not sources and artifact.type == "Examples":
        for line in data:
            branch = branch.add(line)


def parents(store: MetadataStore, artifact: mlmd.Artifact) -> list[mlmd.Artifact]:
    """The artifacts that the execution which wrote this one has read."""
    writers = [
        event.execution_id
        for event in store.get_events_by_artifact_ids([artifact.id])
        if event.type == mlmd.Event.OUTPUT
    ]
    if not writers:
        return []
    first = min(writers)  # later ones are the snapshots of partial runs
    events = store.get_events_by_execution_ids([first])
    inputs = [event.artifact_id for event in events if event.type == mlmd.Event.INPUT]
    return list(store.get_artifacts_by_id(inputs))


def _data_hashes(task: str) -> Iterator[Text]:
    source = load_spec(task).params["source"]
    lock = yaml.safe_load(DVC_LOCK.read_text()) if DVC_LOCK.is_file() else {}
    entry = lock.get("stages", {}).get(f"ingest@{task}", {})
    hashes = {item["path"]: item["md5"] for key in ("outs", "deps") for item in entry.get(key, [])}
    for path in (data_folder(task), source["path"]):
        digest = hashes.get(str(path), "not in dvc.lock")
        yield plain(f"{path}  ") + plain(f"md5 {digest}", "dim")
