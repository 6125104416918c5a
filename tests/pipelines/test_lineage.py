"""The chain of artifacts is shown with its names as they are."""

from pathlib import Path

import pytest
from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as mlmd

from components.core.layout import lineage_file
from pipelines.lineage import LAST_STAGE, lineage_tree
from pipelines.reports.terminal import show

PARAMS = """
tasks:
  toy:
    task: toy.py
    source: {kind: csv_labels, path: "images/[b].csv"}
    checks: {classes: [a, b]}
    prepare: {height: 8, width: 8, channels: 1}
    train: {model: digits_cnn, epochs: 1}
    gate: {thresholds: {accuracy: {min: 0.5}}}
"""


def write_store(file: Path) -> None:
    """A registered version, made of examples by one execution."""
    config = mlmd.ConnectionConfig()
    config.sqlite.filename_uri = str(file)
    store = MetadataStore(config)
    kinds = {
        name: store.put_artifact_type(mlmd.ArtifactType(name=name))
        for name in ("Examples", "PushedModel")
    }
    examples = mlmd.Artifact(type_id=kinds["Examples"], uri="artifacts/[/b]/http://a:s3cr3t@host")
    pushed = mlmd.Artifact(type_id=kinds["PushedModel"], uri="[click]x")
    pushed.custom_properties["version"].string_value = "[3]"
    read, written = store.put_artifacts([examples, pushed])
    kind = store.put_execution_type(mlmd.ExecutionType(name="Register"))
    (execution,) = store.put_executions([mlmd.Execution(type_id=kind)])
    store.put_events(
        [
            mlmd.Event(artifact_id=read, execution_id=execution, type=mlmd.Event.INPUT),
            mlmd.Event(artifact_id=written, execution_id=execution, type=mlmd.Event.OUTPUT),
        ]
    )


def test_names_are_shown_as_they_are(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    (project / "params.yaml").write_text(PARAMS)
    file = lineage_file("toy", LAST_STAGE)
    file.parent.mkdir(parents=True)
    write_store(file)
    show(lineage_tree("toy"))
    lines = [line.lstrip("└├─│ ") for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "toy version [3]",
        "PushedModel  [click]x",
        "Examples  artifacts/[/b]/http://***@host",
        "data/toy  md5 not in dvc.lock",
        "images/[b].csv  md5 not in dvc.lock",
    ]
