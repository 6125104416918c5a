"""The chain of artifacts is shown with its names as they are."""

import shutil
from pathlib import Path

import pytest
from ml_metadata import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as mlmd

from components.core.artifacts import SERVING_FOLDER
from components.core.errors import ConvoyError
from components.core.layout import artifact_folder, lineage_file
from pipelines.lineage import LAST_STAGE, lineage_tree
from pipelines.reports.terminal import show
from tests.registered import Register
from tests.toys import png

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


@pytest.fixture
def made(store: Path, toy_model: Path) -> Path:
    """A project with a lineage store and the model that it tells of."""
    (store / "toy.py").write_text("from pipelines.tasks.classification import TASK\n")
    (store / "params.yaml").write_text(PARAMS)
    file = lineage_file("toy", LAST_STAGE)
    file.parent.mkdir(parents=True)
    write_store(file)
    folder = artifact_folder("toy", "train") / "Trainer/model/3" / SERVING_FOLDER
    return Path(shutil.copytree(toy_model, folder))


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    show(lineage_tree("toy"))
    return [line.lstrip("└├─│ ") for line in capsys.readouterr().out.splitlines()]


def test_it_names_the_version_that_the_model_is(
    made: Path, register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    registry, version = register()
    assert shown(capsys)[0] == f"toy version {version}"
    registry.register(registry.get(version).run_id, made, {}, {}, png(200), "image")
    assert shown(capsys)[0] == f"toy version {version}"  # not the newest


def test_it_never_names_the_version_of_another_model(
    made: Path, register: Register, wrong_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):  # the lineage store has noted a version 3
        register(model=wrong_model)
    assert shown(capsys)[0] == (
        "toy of no version in this registry; convoy register toy makes it one"
    )


def test_without_a_model_it_says_how_to_get_one(made: Path) -> None:
    shutil.rmtree(artifact_folder("toy", "train"))
    with pytest.raises(ConvoyError, match="no model here; run: dvc pull, or convoy run toy"):
        lineage_tree("toy")
    lineage_file("toy", LAST_STAGE).unlink()
    with pytest.raises(ConvoyError, match="not found; run: dvc pull, or convoy run toy"):
        lineage_tree("toy")


def test_names_are_shown_as_they_are(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == [
        "toy of no version in this registry; convoy register toy makes it one",
        "PushedModel  [click]x",
        "Examples  artifacts/[/b]/http://***@host",
        "data/toy  md5 not in dvc.lock",
        "images/[b].csv  md5 not in dvc.lock",
    ]
